package dev.modelcompression.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EnvironmentTest {
  @Test
  void everyLibraryTellsItsOwnVersion() {
    assertThat(Environment.versions())
        .containsOnlyKeys("mc", "Java", "ONNX Runtime", "libtorch")
        .allSatisfy((name, version) -> assertThat(version).as(name).containsPattern("\\d"));
  }
}
