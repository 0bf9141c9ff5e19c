package dev.modelcompression.operator.job;

import dev.modelcompression.api.pod.Resources;
import dev.modelcompression.operator.Settings;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.Optional;

/** How much of the node's disk a container may fill. */
public final class Scratch {
  /** What Kubernetes calls it. */
  static final String NAME = "ephemeral-storage";

  /** A request as large as the limit would keep steps off nodes with little free disk. */
  private static final Quantity SMALL = new Quantity("64Mi");

  private Scratch() {}

  /** The user's limit; else the operator's, or the user's request where that is more. */
  public static Quantity limit(Resources resources, Settings settings) {
    return given(resources.limits())
        .orElseGet(
            () -> {
              Quantity usual = new Quantity(settings.scratch());
              return given(resources.requests())
                  .filter(request -> isMore(request, usual))
                  .orElse(usual);
            });
  }

  /** The user's request; else a small one that is within the limit. */
  static Quantity request(Resources resources, Settings settings) {
    return given(resources.requests())
        .orElseGet(
            () -> {
              Quantity limit = limit(resources, settings);
              return isMore(SMALL, limit) ? limit : SMALL;
            });
  }

  private static Optional<Quantity> given(
      java.util.Map<String, dev.modelcompression.api.pod.Quantity> amounts) {
    return Optional.ofNullable(amounts.get(NAME)).map(amount -> new Quantity(amount.text()));
  }

  private static boolean isMore(Quantity one, Quantity other) {
    return one.getNumericalAmount().compareTo(other.getNumericalAmount()) > 0;
  }
}
