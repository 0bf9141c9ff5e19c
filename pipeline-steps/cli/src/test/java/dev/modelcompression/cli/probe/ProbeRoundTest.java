package dev.modelcompression.cli.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ProbeRoundTest {
  @Test
  void roundsWalkThroughEverySampleOnce() {
    var seen = new TreeSet<Integer>();
    for (int round = 1; round <= 10; round++) {
      for (int row : ProbeSamples.rows(100, 10, round, 7)) {
        assertThat(seen.add(row)).isTrue();
      }
    }
    assertThat(seen).hasSize(100).first().isEqualTo(0);
    assertThat(ProbeSamples.rows(100, 10, 11, 7)).isEqualTo(ProbeSamples.rows(100, 10, 1, 7));
    assertThat(ProbeSamples.rows(100, 10, 1, 8)).isNotEqualTo(ProbeSamples.rows(100, 10, 1, 7));
  }

  @Test
  void noRoundHasASampleTwice() {
    assertThat(ProbeSamples.rows(7, 5, 2, 1)).doesNotHaveDuplicates().hasSize(5);
    assertThat(ProbeSamples.rows(7, 500, 3, 1)).doesNotHaveDuplicates().hasSize(7);
    assertThat(ProbeSamples.rows(7, 5, Integer.MAX_VALUE, 1)).hasSize(5);
  }
}
