@NullMarked
package dev.modelcompression.serving;

import org.jspecify.annotations.NullMarked;
