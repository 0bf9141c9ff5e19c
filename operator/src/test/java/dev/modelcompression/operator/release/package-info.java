/** Tests of how releases are read and written. */
@org.jspecify.annotations.NullMarked
package dev.modelcompression.operator.release;
