package dev.modelcompression.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TerminationMessageTest {
  @Test
  void neverExceedsWhatTheKubeletKeeps() {
    Map<String, Double> metrics = new TreeMap<>();
    for (int i = 0; i < 500; i++) {
      metrics.put("metric" + i, i / 7.0);
    }
    String json = message("ü".repeat(5000) + "😀".repeat(5000), metrics).toJson();
    assertThat(json.getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(4096);
    TerminationMessage read = TerminationMessage.parse(json);
    assertThat(read.exit()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(read.metrics()).isNotEmpty();
    assertThat(metrics).containsAllEntriesOf(read.metrics());
  }

  @Test
  void neverCutsACharacterInTwo() {
    String json = message("x" + "😀".repeat(3000), Map.of()).toJson();
    assertThat(TerminationMessage.parse(json).message()).endsWith("😀");
  }

  @Test
  void refusesGarbage() {
    for (String garbage :
        new String[] {"", "null", "{}", "done", "{\"version\":\"v1\"", "[]", "x".repeat(5000)}) {
      assertThatThrownBy(() -> TerminationMessage.parse(garbage))
          .as("'%s'", garbage)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("termination message");
    }
  }

  private static TerminationMessage message(String text, Map<String, Double> metrics) {
    return new TerminationMessage("v1", ExitCode.BAD_INPUT, text, null, metrics);
  }
}
