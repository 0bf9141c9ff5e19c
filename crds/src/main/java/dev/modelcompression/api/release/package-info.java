/** The kind {@code ModelRelease}: how a compressed model takes over live traffic, or does not. */
@NullMarked
package dev.modelcompression.api.release;

import org.jspecify.annotations.NullMarked;
