@NullMarked
package dev.modelcompression.gitops;

import org.jspecify.annotations.NullMarked;
