@NullMarked
package dev.modelcompression.manifest;

import org.jspecify.annotations.NullMarked;
