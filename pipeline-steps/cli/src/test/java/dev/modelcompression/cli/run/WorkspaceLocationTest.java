package dev.modelcompression.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.manifest.ModelCompressionParser;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkspaceLocationTest {
  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      delimiter = '|',
      textBlock =
          """
          here | file:///data/ws    | here
          -    | file:///data/ws    | /data/ws
          -    | pvc://models/demo  | mc-workspace/demo
          -    | s3://bucket/demo   | mc-workspace/demo
          -    | -                  | mc-workspace/demo
          """)
  void isWhatWasAskedElseWhatTheSpecNamesOnThisMachineElseAFolderHere(
      @Nullable Path asked, @Nullable String declared, Path expected) {
    var manifest =
        ModelCompressionParser.parse(
            """
            apiVersion: modelcompression.dev/v1alpha1
            kind: ModelCompression
            metadata: {name: demo}
            spec:
              model: {uri: m.onnx}
              steps: [{name: optimize, optimize: {}}]
              %s
            """
                .formatted(declared == null ? "" : "workspace: {uri: '" + declared + "'}"),
            "demo.yaml");

    assertThat(WorkspaceLocation.of(asked, manifest)).isEqualTo(expected);
  }
}
