package dev.modelcompression.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ArtifactTest {
  private static final Artifact MODEL = artifact("model", "file:///w/model.onnx", 'a', 10);

  @Test
  void aFileAloneKeepsItsPlainDigest() {
    assertThat(MODEL.with(List.of())).isEqualTo(MODEL);
    assertThat(Artifact.model(Map.of("model", MODEL))).contains(MODEL);
    assertThat(Artifact.model(Map.of())).isEmpty();
  }

  @Test
  void filesTogetherHaveTheDigestOfTheirListing() {
    var b = artifact("b", "b", 'b', 200);
    var c = artifact("sub/c", "sub/c", 'c', 3000);
    // (echo sha256:aa…; echo sha256:bb… b; echo sha256:cc… sub/c) | sha256sum
    var expected =
        new Artifact(
            "model",
            MODEL.uri(),
            "sha256:24c288f7fca8b2cb4553cc77c6c1905e3b196c7fbeab321277f7643ce1406d47",
            3210);
    assertThat(MODEL.with(List.of(c, b))).isEqualTo(MODEL.with(List.of(b, c))).isEqualTo(expected);
  }

  @Test
  void theModelOfAStepIncludesItsDataUnderTheNameThatTheModelGives() {
    var data = artifact("model.data", "file:///w/model.onnx.data", 'd', 5);
    assertThat(Artifact.model(Map.of("model", MODEL, "model.data", data)))
        .contains(MODEL.with(List.of(data.at("model.onnx.data", "anywhere"))));
  }

  private static Artifact artifact(String name, String uri, char digit, long bytes) {
    return new Artifact(name, uri, "sha256:" + String.valueOf(digit).repeat(64), bytes);
  }
}
