package dev.modelcompression.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.modelcompression.cli.report.Advice;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AdviceLeftTest {
  private static final String PRUNE = "prune with structure: Channel, roundTo: 16, then fineTune";
  private static final String PERCENTILE = "quantize with calibrator: Percentile";
  private static final List<Advice> ADVICE =
      Stream.of("optimize", PRUNE, "quantize with mode: Static", PERCENTILE, "fix input shapes")
          .map(step -> new Advice(step, "a reason"))
          .toList();

  @Test
  void whatTheRunHasDoneIsNotAdvisedAgain() throws Exception {
    assertThat(
            left(
                Map.of(
                    "optimize", "{}",
                    "prune", "{'structure': 'Channel', 'roundTo': 16}",
                    "quantize", "{'mode': 'Static', 'calibrator': 'Entropy'}")))
        .containsExactly(PERCENTILE, "fix input shapes");
  }

  @Test
  void anotherSettingLeavesTheAdviceOpen() throws Exception {
    assertThat(left(Map.of("prune", "{'structure': 'Unstructured'}")))
        .containsExactly(
            "optimize", PRUNE, "quantize with mode: Static", PERCENTILE, "fix input shapes");
  }

  @Test
  void quantizingRewritesTheGraphToo() throws Exception {
    assertThat(left(Map.of("quantize", "{'mode': 'Dynamic'}"))).doesNotContain("optimize");
  }

  private static List<String> left(Map<String, String> settings) throws Exception {
    var done = new java.util.LinkedHashMap<String, List<JsonNode>>();
    var json = new ObjectMapper();
    for (var entry : settings.entrySet()) {
      done.put(entry.getKey(), List.of(json.readTree(entry.getValue().replace('\'', '"'))));
    }
    done.putIfAbsent("analyze", List.of(JsonNodeFactory.instance.objectNode()));
    return AdviceLeft.of(ADVICE, done).stream().map(Advice::step).toList();
  }
}
