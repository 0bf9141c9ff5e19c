package dev.modelcompression.runtime.accuracy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.data.Progress;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.runtime.Models;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AccuracyRestorerTest {
  private static final List<String> RANKING = List.of("a", "b", "c", "d", "e", "f");

  /** What each node costs while it is quantized. */
  private Map<String, Double> harm = Map.of();

  private final List<Set<String>> tried = new ArrayList<>();

  @Test
  void aModelThatIsGoodEnoughStaysAsItIs() {
    harm = Map.of("a", 0.001);
    var restored = restore(0.90, 20);
    assertThat(restored.floatNodes()).isEmpty();
    assertThat(restored.reached()).isTrue();
    assertThat(restored.trials()).isEqualTo(1);
  }

  @Test
  void onlyWhatMustBeStaysFloat() {
    // The ranking is wrong about b and d.
    harm = Map.of("a", 0.05, "c", 0.04);
    var restored = restore(0.91, 20);
    assertThat(restored.floatNodes()).containsExactly("a", "c");
    assertThat(restored.reached()).isTrue();
    assertThat(restored.accuracy()).isEqualTo(0.92);
  }

  @Test
  void whenNothingHelpsTheBestIsKeptAndSaidSo() {
    harm = Map.of("a", 0.05, "elsewhere", 0.3);
    var restored = restore(0.91, 20);
    assertThat(restored.reached()).isFalse();
    assertThat(restored.accuracy()).isCloseTo(0.62, org.assertj.core.api.Assertions.within(1e-9));
    assertThat(restored.floatNodes()).containsExactly("a");
  }

  @Test
  void trialsAreBounded() {
    harm = Map.of("f", 0.1);
    var restored = restore(0.91, 3);
    assertThat(tried).hasSize(3);
    assertThat(restored.reached()).isFalse();
    assertThat(restored.trials()).isEqualTo(3);
  }

  private AccuracyRestorer.Restored restore(double least, int maxTrials) {
    return new AccuracyRestorer(this::quantize, this::accuracy, maxTrials)
        .restore(RANKING, least, Progress.NONE);
  }

  private Model quantize(Set<String> floatNodes) {
    tried.add(floatNodes);
    return Models.reluPlusOne(-1);
  }

  private double accuracy(Model model) {
    var floatNodes = tried.get(tried.size() - 1);
    double lost =
        harm.entrySet().stream()
            .filter(node -> !floatNodes.contains(node.getKey()))
            .mapToDouble(Map.Entry::getValue)
            .sum();
    return 0.92 - lost;
  }
}
