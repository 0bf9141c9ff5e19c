package dev.modelcompression.engine;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.modelcompression.api.Metric;
import org.jspecify.annotations.Nullable;

/**
 * One limit of one gate, held against the numbers.
 *
 * @param metric the number that is limited
 * @param limit which limit: {@code min}, {@code max}, {@code maxDrop}, {@code minRatio} or {@code
 *     maxRatio}
 * @param bound where the limit is
 * @param value what was found: the result's value, its drop below the original, or its ratio to the
 *     original; null when a number was missing
 * @param passed whether the value keeps the limit; never without a value
 * @param message the same in words
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record GateResult(
    Metric metric,
    String limit,
    double bound,
    @Nullable Double value,
    boolean passed,
    String message) {

  /** How far beyond the limit, relative to it; 0 when passed, infinite without a value. */
  double excess() {
    if (passed) {
      return 0;
    }
    return value == null
        ? Double.POSITIVE_INFINITY
        : Math.abs(value - bound) / Math.max(Math.abs(bound), 1e-9);
  }
}
