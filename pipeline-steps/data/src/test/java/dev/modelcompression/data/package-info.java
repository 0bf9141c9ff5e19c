@NullMarked
package dev.modelcompression.data;

import org.jspecify.annotations.NullMarked;
