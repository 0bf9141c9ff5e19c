/**
 * What the operator tells about a compression: everything that it needs to continue after a
 * restart, and what people and other programs look at. Every field is bounded; numbers that people
 * compare are decimal text, so that every reader sees the same digits.
 */
@NullMarked
package dev.modelcompression.api.status;

import org.jspecify.annotations.NullMarked;
