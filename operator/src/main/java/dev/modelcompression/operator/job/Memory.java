package dev.modelcompression.operator.job;

import dev.modelcompression.api.pod.Resources;
import dev.modelcompression.operator.Settings;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * How much memory a step gets: half as much again after each time that it was killed for want of
 * it.
 */
public final class Memory {
  private static final String NAME = "memory";
  private static final BigDecimal FACTOR = new BigDecimal("1.5");
  private static final BigDecimal MEBIBYTE = BigDecimal.valueOf(1024 * 1024);

  private Memory() {}

  /** The limit of the attempt after that many kills. */
  static Quantity limit(Resources resources, Settings settings, int oomKills) {
    return raised(declared(resources, settings), settings, oomKills);
  }

  /** The request that goes with it, raised alike. */
  static Quantity request(Resources resources, Settings settings, int oomKills) {
    var request = resources.requests().get(NAME);
    return request == null
        ? limit(resources, settings, oomKills)
        : raised(new Quantity(request.text()), settings, oomKills);
  }

  /** Whether another kill would be followed by an attempt with more memory. */
  public static boolean canGrow(Resources resources, Settings settings, int oomKills) {
    return limit(resources, settings, oomKills)
            .getNumericalAmount()
            .compareTo(limit(resources, settings, oomKills + 1).getNumericalAmount())
        < 0;
  }

  /** The user's limit; else the operator's, or the user's request where that is more. */
  private static Quantity declared(Resources resources, Settings settings) {
    var limit = resources.limits().get(NAME);
    if (limit != null) {
      return new Quantity(limit.text());
    }
    Quantity usual = new Quantity(settings.memory());
    var request = resources.requests().get(NAME);
    return request == null
            || new Quantity(request.text())
                    .getNumericalAmount()
                    .compareTo(usual.getNumericalAmount())
                <= 0
        ? usual
        : new Quantity(request.text());
  }

  private static Quantity raised(Quantity declared, Settings settings, int oomKills) {
    if (oomKills == 0) {
      return declared;
    }
    BigDecimal start = declared.getNumericalAmount();
    BigDecimal most = new Quantity(settings.maxMemory()).getNumericalAmount().max(start);
    BigDecimal mebibytes =
        start.multiply(FACTOR.pow(oomKills)).min(most).divide(MEBIBYTE, 0, RoundingMode.DOWN);
    return new Quantity(mebibytes.toPlainString() + "Mi");
  }
}
