package dev.modelcompression.cli;

import dev.modelcompression.cli.step.Failures;
import dev.modelcompression.contract.EndMessage;
import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.contract.TerminationMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/**
 * Where a container leaves its termination message, by the flag of the commands that run in pods.
 */
final class TerminationLog {
  @Option(
      names = "--termination-log",
      paramLabel = "FILE",
      defaultValue = "/dev/termination-log",
      description =
          "Where to write the termination message (at most 4096 bytes) when that file's folder is there."
              + " Defaults to /dev/termination-log.")
  private Path file = Path.of("/dev/termination-log");

  /**
   * Does the work and leaves its message, also when the work fails.
   *
   * @return the exit code that the message tells
   */
  int leave(Supplier<TerminationMessage> work) {
    return leave(work, TerminationMessage::failed);
  }

  /**
   * The same for messages of another form.
   *
   * @param failed the message of work that failed
   */
  <M extends EndMessage> int leave(Supplier<M> work, BiFunction<ExitCode, String, M> failed) {
    M message;
    try {
      message = work.get();
    } catch (RuntimeException | Error e) {
      write(failed.apply(Failures.exit(e), Failures.message(e)));
      throw e;
    }
    write(message);
    return message.exit().code();
  }

  private void write(EndMessage message) {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null && Files.isDirectory(folder)) {
      try {
        Files.writeString(file, message.toJson());
      } catch (IOException e) {
        System.err.println("mc: the termination message cannot be written: " + e.getMessage());
      }
    }
  }
}
