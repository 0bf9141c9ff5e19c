package dev.modelcompression.passes.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.onnx.Tensor;
import java.util.Map;
import java.util.Objects;

/** Comparisons of model outputs. */
public final class Numbers {
  private Numbers() {}

  /**
   * Fails unless both hold the same outputs, each elementwise within {@code relative} times the
   * largest magnitude in the expected output: summation in another order moves an element by an
   * amount that depends on the terms, not on the element.
   */
  public static void assertClose(
      Map<String, Tensor> actual, Map<String, Tensor> expected, double relative) {
    assertThat(actual.keySet()).containsExactlyElementsOf(expected.keySet());
    expected.forEach(
        (name, tensor) -> {
          var computed = Objects.requireNonNull(actual.get(name));
          assertThat(computed.shape()).as(name).isEqualTo(tensor.shape());
          var right = tensor.floats();
          double limit = relative * Math.max(1e-3, maxAbs(right));
          assertThat(maxDifference(computed.floats(), right))
              .as("largest difference in output '%s'", name)
              .isLessThanOrEqualTo(limit);
        });
  }

  /** 10·log10(Σ x² / Σ (x − y)²), with y the noisy version of x. */
  public static double sqnrDb(float[] reference, float[] noisy) {
    double signal = 0;
    double noise = 0;
    for (int i = 0; i < reference.length; i++) {
      double error = (double) reference[i] - noisy[i];
      signal += (double) reference[i] * reference[i];
      noise += error * error;
    }
    return 10 * Math.log10(signal / noise);
  }

  private static double maxAbs(float[] values) {
    double max = 0;
    for (float value : values) {
      assertThat(value).isFinite();
      max = Math.max(max, Math.abs(value));
    }
    return max;
  }

  private static double maxDifference(float[] left, float[] right) {
    double max = 0;
    for (int i = 0; i < left.length; i++) {
      double difference = Math.abs((double) left[i] - right[i]);
      max = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(max, difference);
    }
    return max;
  }
}
