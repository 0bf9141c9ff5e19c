package dev.modelcompression.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Where a command that runs in a pod finds its request: a file, or an environment variable. A long
 * command line is no place for it.
 */
final class RequestText {
  @Option(
      names = "--request",
      paramLabel = "FILE",
      description =
          "The request as JSON; - reads standard input. Defaults to the command's environment variable,"
              + " such as MC_STEP_REQUEST of 'mc step'.")
  private @Nullable String file;

  /**
   * The request.
   *
   * @param what what is asked for, for the message
   * @param variable the environment variable that holds it when no file is named
   * @throws IllegalArgumentException there is none
   */
  String read(String what, String variable) {
    String inline = System.getenv(variable);
    if (file == null && inline == null) {
      throw new IllegalArgumentException(
          "no " + what + ": name a file with --request, or set " + variable);
    }
    try {
      if (file == null) {
        return inline;
      }
      return file.equals("-")
          ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8)
          : Files.readString(Path.of(file));
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }
}
