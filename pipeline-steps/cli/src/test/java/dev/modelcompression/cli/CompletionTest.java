package dev.modelcompression.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code source <(mc completion)}, in a real bash. */
class CompletionTest {
  @TempDir static Path folder;

  private static Path script = Path.of("");

  @BeforeAll
  static void write() throws IOException {
    var ended = InProcess.mc("completion");
    assertThat(ended.exit()).as(ended.err()).isZero();
    script = Files.writeString(folder.resolve("completion"), ended.out());
  }

  @Test
  void isValidBash() throws Exception {
    assertThat(bash("-n", script.toString())).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          mc              | run
          mc qu           | quantize
          mc fine         | fine-tune
          mc prune --ra   | --ratio
          mc evaluate --g | --gate
          mc quantize --calibrator | Entropy
          """)
  void completes(String typed, String expected) throws Exception {
    // compopt works only while bash itself completes. The word under the cursor is the last one;
    // without one it is an empty word.
    String words = typed.contains(" ") && !typed.endsWith("calibrator") ? typed : typed + " ''";
    String completed =
        bash(
            "-c",
            "source '%s'; compopt() { :; }; COMP_WORDS=(%s); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _complete_mc; echo \"${COMPREPLY[@]}\""
                .formatted(script, words));

    assertThat(completed.split("\\s+")).contains(expected);
  }

  private static String bash(String... arguments) throws Exception {
    var command = new String[arguments.length + 1];
    command[0] = "bash";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
