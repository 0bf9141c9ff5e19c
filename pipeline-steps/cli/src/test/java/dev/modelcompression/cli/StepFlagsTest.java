package dev.modelcompression.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Flags that contradict each other or leave something out are told before any work is done. */
class StepFlagsTest {
  private static final Path EXAMPLE = Path.of("../../examples/fashion-mnist");

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          quantize  |                                        | --data is missing
          quantize  | --data D --max-accuracy-drop 0.01      | --train is missing
          prune     | --importance Taylor                    | --train is missing
          fine-tune | --train D --distillation-alpha 0.5     | --teacher is missing
          quantize  | --data D --per-channel yes             | --per-channel: found 'yes', expected true or false
          prune     | --round-to 1.5                         | --round-to: found '1.5', expected a whole number
          prune     | --ratio many                           | --ratio: found 'many', expected a number
          """)
  void saysWhatIsMissingOrWrong(String command, @Nullable String flags, String message) {
    var text = new StringWriter();
    var line = Main.commandLine();
    line.getSubcommands().values().forEach(sub -> sub.setErr(new PrintWriter(text, true)));
    var arguments =
        new java.util.ArrayList<>(
            java.util.List.of(
                command,
                EXAMPLE.resolve("resnet8.onnx").toString(),
                "-o",
                folder.resolve("out.onnx").toString()));
    if (flags != null) {
      for (String flag : flags.split(" ", -1)) {
        arguments.add(flag.equals("D") ? EXAMPLE.resolve("test.npz").toString() : flag);
      }
    }

    int exit = line.execute(arguments.toArray(String[]::new));

    assertThat(text.toString()).contains(message);
    assertThat(exit).isEqualTo(64);
    assertThat(folder.resolve("out.onnx")).doesNotExist();
  }
}
