package dev.modelcompression.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TerminationMessageTest {
  private static final String DIGEST = "sha256:" + "0123456789abcdef".repeat(4);
  private static final Artifact MODEL = new Artifact("model", "model.onnx", DIGEST, 154);

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
  void outputsStayWhenMetricsAndMessageHaveToGo() {
    Map<String, Artifact> largest = new TreeMap<>();
    for (int i = 0; i < 8; i++) {
      String name = "x".repeat(62) + i;
      largest.put(name, new Artifact(name, "y".repeat(128), DIGEST, 1L << 50));
    }
    var message =
        new TerminationMessage(
            "v1", ExitCode.DONE, "\\".repeat(9999), DIGEST, largest, Map.of("a".repeat(128), 0.1));

    String json = message.toJson();

    assertThat(json.getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(4096);
    var read = TerminationMessage.parse(json);
    assertThat(read.outputs()).isEqualTo(largest);
    assertThat(read.report()).isEqualTo(DIGEST);
    assertThat(read.metrics()).isEmpty();
    assertThat(read.message()).isNotEmpty();
  }

  @Test
  void neverCutsACharacterInTwo() {
    String json = message("x" + "😀".repeat(3000), Map.of()).toJson();
    assertThat(TerminationMessage.parse(json).message()).endsWith("😀");
  }

  @Test
  void keepsTheMessageToOnePrintableLine() {
    assertThat(message("a\u0000b\nc\u001b[31md\u202ee\u2028f\ud800g é 😀", Map.of()).message())
        .isEqualTo("a b c [31md e f g é 😀");
  }

  @Test
  void aNumberThatIsNoneIsNoMetric() {
    String json =
        """
        {"version":"v1","exit":0,"message":"","outputs":{},
         "metrics":{"nan":"NaN","infinite":1e999,"minus":"-Infinity","top1":0.5,"a\\u0000b":1,"%s":1}}
        """
            .formatted("x".repeat(129));
    assertThat(TerminationMessage.parse(json).metrics()).containsExactly(Map.entry("top1", 0.5));
  }

  @Test
  void placesOutputsInTheFolderOfTheRequest() {
    var message =
        new TerminationMessage("v1", ExitCode.DONE, "", DIGEST, Map.of("model", MODEL), Map.of());
    assertThat(message.outputsIn("pvc://models/steps/1"))
        .containsExactly(Map.entry("model", MODEL.at("model", "pvc://models/steps/1/model.onnx")))
        .isEqualTo(message.outputsIn("pvc://models/steps/1/"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/etc/passwd",
        "../model.onnx",
        "a/../model.onnx",
        "a/..",
        "..",
        ".",
        "./model.onnx",
        "a//b",
        "a/",
        "",
        "s3://bucket/key",
        "a b",
        "a\\u0000b",
        "a\\nb",
        "modèle.onnx",
        "a%2fb",
      })
  void refusesOutputsThatAreNotPlainlyInTheFolder(String uri) {
    assertRefused(json(output("model", uri, DIGEST, "1")), "output 'model': uri is '");
  }

  @Test
  void refusesOutputsOutOfBounds() {
    assertThat(TerminationMessage.parse(json(output("model", "a/b.onnx", DIGEST, "1"))).outputs())
        .containsKey("model");
    assertRefused(json(output("model", "x".repeat(129), DIGEST, "1")), "at most 128 characters");
    assertRefused(json(output("x".repeat(64), "a", DIGEST, "1")), "1 to 63 letters");
    assertRefused(json(output("a\\u001bb", "a", DIGEST, "1")), "name 'a b', expected");
    assertRefused(json(output("model", "a", "sha256:12", "1")), "digest is 'sha256:12'");
    assertRefused(
        json(output("model", "a", DIGEST.toUpperCase(java.util.Locale.ROOT), "1")), "digest is");
    assertRefused(json(output("model", "a", DIGEST, "-1")), "bytes is -1");
    assertRefused(
        json(output("model", "a", DIGEST, Long.toString(Long.MAX_VALUE))),
        "bytes is 9223372036854775807, expected at most");
    assertRefused(json(output("model", "a", DIGEST, "1.5")), "bytes");
    assertRefused(json(output("model", "a", DIGEST, "\"1\"")), "bytes");
    assertRefused(json(output("model", "a", DIGEST, "1").replace(",\"bytes\":1", "")), "bytes");
    assertRefused(json(output("model", "a", DIGEST, "1").replace("\"uri\":\"a\",", "")), "uri");
    assertRefused(
        json(output("model", "a", DIGEST, "1").replace("\"name\":\"model\"", "\"name\":\"other\"")),
        "its name is 'other'");
    var nine = new StringBuilder();
    for (int i = 0; i < 9; i++) {
      nine.append(i == 0 ? "" : ",").append(output("m" + i, "a", DIGEST, "1"));
    }
    assertRefused(json(nine.toString()), "has 9 outputs, expected at most 8");
  }

  @Test
  void refusesAReportDigestThatIsNone() {
    assertRefused(
        json("").replace("\"metrics\"", "\"report\":\"sha256:12\",\"metrics\""),
        "report is 'sha256:12'");
  }

  @Test
  void refusesGarbage() {
    for (String garbage :
        new String[] {
          "",
          "null",
          "{}",
          "done",
          "{\"version\":\"v1\"",
          "[]",
          "x".repeat(5000),
          "\u0000",
          "[".repeat(4000),
          json("").replace("\"outputs\":{},", ""),
          json("") + json("")
        }) {
      assertRefused(garbage, "");
    }
  }

  private static void assertRefused(String json, String expected) {
    assertThatThrownBy(() -> TerminationMessage.parse(json))
        .as("'%s'", json)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("termination message")
        .hasMessageContaining(expected);
  }

  private static String json(String outputs) {
    return "{\"version\":\"v1\",\"exit\":0,\"message\":\"\",\"outputs\":{"
        + outputs
        + "},\"metrics\":{}}";
  }

  private static String output(String name, String uri, String digest, String bytes) {
    return "\"%s\":{\"name\":\"%s\",\"uri\":\"%s\",\"digest\":\"%s\",\"bytes\":%s}"
        .formatted(name, name, uri, digest, bytes);
  }

  private static TerminationMessage message(String text, Map<String, Double> metrics) {
    return new TerminationMessage("v1", ExitCode.BAD_INPUT, text, null, Map.of(), metrics);
  }
}
