package dev.modelcompression.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.contract.TerminationMessage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class TerminationLogTest {
  @TempDir Path folder;

  /** A command of a pod whose heap is too small. */
  @Command(name = "fail")
  private static final class Failing implements Callable<Integer> {
    @Mixin private TerminationLog log = new TerminationLog();

    @Override
    public Integer call() {
      return log.leave(
          () -> {
            throw new OutOfMemoryError("Java heap space");
          });
    }
  }

  /** The operator gives the next attempt more memory when exit status and message say the same. */
  @Test
  void aHeapThatIsTooSmallIsLeftInTheMessageToo() throws IOException {
    Path file = folder.resolve("termination-log");
    var line = Main.commandLine().addSubcommand(new Failing());
    line.setErr(new PrintWriter(new StringWriter()));

    assertThat(line.execute("fail", "--termination-log", file.toString())).isEqualTo(137);

    var message = TerminationMessage.parse(Files.readString(file));
    assertThat(message.exit()).isEqualTo(ExitCode.KILLED);
    assertThat(message.message()).startsWith("out of memory: Java heap space; ");
  }
}
