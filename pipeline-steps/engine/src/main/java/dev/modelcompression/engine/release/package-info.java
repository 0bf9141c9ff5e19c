/**
 * What a measurement of a release says of the limits that the candidate must keep: pure, without
 * clock and network.
 */
@NullMarked
package dev.modelcompression.engine.release;

import org.jspecify.annotations.NullMarked;
