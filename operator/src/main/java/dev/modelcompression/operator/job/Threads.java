package dev.modelcompression.operator.job;

import dev.modelcompression.api.pod.Resources;
import dev.modelcompression.operator.Settings;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How many threads the steps of a run compute with: they decide results to the last bit, so all
 * steps have as many, whatever cpu a single step is given.
 */
public final class Threads {
  static final String CPU = "cpu";

  private static final BigDecimal MOST = BigDecimal.valueOf(1024);

  private Threads() {}

  /**
   * The cpu request of a step that has neither a limit nor a request: half of what its threads can
   * use. Without one, a quota of cpu refuses the pod, and what is measured in it is worth little;
   * all of it would fit on no node of two cores, where the system's own pods take some.
   */
  static Quantity request(Settings settings) {
    return new Quantity(settings.threads() * 500 + "m");
  }

  /** The cpu limit rounded up, else the request rounded up, else what is usual. */
  public static int of(Resources resources, int usual) {
    return Stream.of(resources.limits(), resources.requests())
        .flatMap(amounts -> Optional.ofNullable(amounts.get(CPU)).stream())
        .findFirst()
        .map(
            amount ->
                new Quantity(amount.text())
                    .getNumericalAmount()
                    .min(MOST)
                    .setScale(0, RoundingMode.CEILING)
                    .intValueExact())
        .map(threads -> Math.max(1, threads))
        .orElse(usual);
  }
}
