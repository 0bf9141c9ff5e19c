package dev.modelcompression.runtime.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BootstrapTest {
  @Test
  void intervalsCoverTheTruthAboutAsOftenAsTheySay() {
    var random = new Random(3);
    int covered = 0;
    int experiments = 400;
    for (int experiment = 0; experiment < experiments; experiment++) {
      var values = random.doubles(80).map(u -> u * u).toArray();
      var estimate =
          new Bootstrap(400, 0.9, experiment)
              .estimate(
                  values.length,
                  drawn ->
                      Arrays.stream(drawn).mapToDouble(i -> values[i]).average().orElseThrow());
      covered += estimate.low() <= 1 / 3.0 && 1 / 3.0 <= estimate.high() ? 1 : 0;
    }
    // 90 % nominal; 4 standard errors of 400 experiments are 6 points, small samples cost 1 or 2.
    assertThat(covered / (double) experiments).isBetween(0.82, 0.96);
  }

  @Test
  void pairedUnitsGiveNarrowDifferences() {
    // Both models are right or wrong together on all but 20 of 1000 units.
    var kinds = new byte[1000];
    for (int i = 0; i < 1000; i++) {
      kinds[i] = (byte) (i < 20 ? 1 : i < 800 ? 3 : 0);
    }
    var found =
        new Bootstrap(2000, 0.95, 7)
            .ofCounts(
                kinds,
                4,
                List.of(
                    counts -> (counts[1] + counts[3]) / 1000.0,
                    counts -> (counts[2] + counts[3]) / 1000.0,
                    counts -> (counts[1] - counts[2]) / 1000.0));
    var drop = found.get(2);
    assertThat(drop.value()).isCloseTo(0.02, within(1e-12));
    // ±1.96·√(0.02·0.98/1000) = ±0.0087 by the normal approximation; apart, each is ±0.025.
    assertThat(drop.low()).isBetween(0.009, 0.014);
    assertThat(drop.high()).isBetween(0.026, 0.031);
    assertThat(found.get(0).high() - found.get(0).low()).isBetween(0.04, 0.06);
  }

  @Test
  void theSeedDecides() {
    var values = new Random(1).doubles(50).toArray();
    var results = new ArrayList<Estimate>();
    for (long seed : new long[] {1, 1, 2}) {
      results.add(
          new Bootstrap(500, 0.95, seed)
              .estimate(50, drawn -> Arrays.stream(drawn).mapToDouble(i -> values[i]).sum()));
    }
    assertThat(results.get(0)).isEqualTo(results.get(1)).isNotEqualTo(results.get(2));
  }
}
