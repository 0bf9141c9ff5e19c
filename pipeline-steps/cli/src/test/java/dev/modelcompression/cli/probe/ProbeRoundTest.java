package dev.modelcompression.cli.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ProbeRoundTest {
  @Test
  void roundsWalkThroughEverySampleOnce() {
    var seen = new TreeSet<Integer>();
    for (int asked = 0; asked < 100; asked += 10) {
      for (int row : ProbeSamples.rows(100, 10, asked, 7)) {
        assertThat(seen.add(row)).isTrue();
      }
    }
    assertThat(seen).hasSize(100).first().isEqualTo(0);
    assertThat(ProbeSamples.rows(100, 10, 100, 7)).isEqualTo(ProbeSamples.rows(100, 10, 0, 7));
    assertThat(ProbeSamples.rows(100, 10, 0, 8)).isNotEqualTo(ProbeSamples.rows(100, 10, 0, 7));
  }

  /** A round that is cut short leaves the rest to the next one. */
  @Test
  void noSampleIsAskedAgainBeforeAllWere() {
    var random = new SplittableRandom(1);
    var walk = new ArrayList<Integer>();
    while (walk.size() < 3 * 100) {
      int[] rows = ProbeSamples.rows(100, 30, walk.size(), 7);
      Arrays.stream(rows).limit(random.nextInt(1, 31)).forEach(walk::add);
    }
    for (int from = 0; from < 300; from += 100) {
      assertThat(walk.subList(from, from + 100)).doesNotHaveDuplicates();
    }
  }

  @Test
  void noRoundHasASampleTwice() {
    assertThat(ProbeSamples.rows(7, 5, 5, 1)).doesNotHaveDuplicates().hasSize(5);
    assertThat(ProbeSamples.rows(7, 500, 1000, 1)).doesNotHaveDuplicates().hasSize(7);
    assertThat(ProbeSamples.rows(7, 5, Long.MAX_VALUE, 1)).hasSize(5);
  }
}
