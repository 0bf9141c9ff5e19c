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
  private static final String CPU = "cpu";
  private static final BigDecimal MOST = BigDecimal.valueOf(1024);

  private Threads() {}

  /** The cpu limit rounded up, else the request rounded up, else the operator's setting. */
  public static int of(Resources resources, Settings settings) {
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
        .orElse(settings.threads());
  }
}
