/**
 * Calibration: which range of numbers every value of a model takes, from one sweep over samples.
 */
@NullMarked
package dev.modelcompression.runtime.calibrate;

import org.jspecify.annotations.NullMarked;
