package dev.modelcompression.runtime.evaluate;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Shares of samples and their differences, with intervals from the same resamples. */
record Shares(
    @Nullable Estimate originalTop1,
    @Nullable Estimate resultTop1,
    @Nullable Estimate top1Drop,
    @Nullable Estimate originalTop5,
    @Nullable Estimate resultTop5,
    @Nullable Estimate top5Drop,
    @Nullable Estimate agreement) {

  static Shares of(Quality quality, Bootstrap bootstrap) {
    List<ToDoubleFunction<int[]>> statistics = new ArrayList<>();
    statistics.add(share(Quality.ORIGINAL_TOP1));
    statistics.add(share(Quality.RESULT_TOP1));
    statistics.add(difference(Quality.ORIGINAL_TOP1, Quality.RESULT_TOP1));
    statistics.add(share(Quality.ORIGINAL_TOP5));
    statistics.add(share(Quality.RESULT_TOP5));
    statistics.add(difference(Quality.ORIGINAL_TOP5, Quality.RESULT_TOP5));
    statistics.add(share(Quality.AGREE));
    var found = bootstrap.ofCounts(quality.verdicts(), Quality.KINDS, statistics);
    boolean top1 = quality.labelled();
    boolean top5 = quality.hasTop5();
    return new Shares(
        top1 ? found.get(0) : null,
        top1 ? found.get(1) : null,
        top1 ? found.get(2) : null,
        top5 ? found.get(3) : null,
        top5 ? found.get(4) : null,
        top5 ? found.get(5) : null,
        quality.classes() > 1 ? found.get(6) : null);
  }

  /** Share of the units whose kind has a bit. */
  static ToDoubleFunction<int[]> share(int bit) {
    return counts -> {
      int with = 0;
      int all = 0;
      for (int kind = 0; kind < counts.length; kind++) {
        with += (kind & bit) != 0 ? counts[kind] : 0;
        all += counts[kind];
      }
      return (double) with / all;
    };
  }

  private static ToDoubleFunction<int[]> difference(int bit, int otherBit) {
    return counts -> share(bit).applyAsDouble(counts) - share(otherBit).applyAsDouble(counts);
  }
}
