/** Runs as OpenTelemetry traces: which spans there are is pure, one class exports them. */
@NullMarked
package dev.modelcompression.operator.trace;

import org.jspecify.annotations.NullMarked;
