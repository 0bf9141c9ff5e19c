package dev.modelcompression.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.contract.ContractJson;
import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.contract.TerminationMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Runs a command that is meant for pods and reads what it leaves for Kubernetes. */
final class PodCommand {
  private PodCommand() {}

  /**
   * The termination message, once command and message have told the expected end.
   *
   * @param folder for the files of the command
   * @param request a record of the contract, or anything else that is written as JSON
   */
  static TerminationMessage run(Path folder, ExitCode expected, String command, Object request) {
    try {
      Path file = Files.writeString(folder.resolve("request.json"), ContractJson.write(request));
      Path log = folder.resolve("termination-log");
      Files.deleteIfExists(log);
      var ended = InProcess.mc(command, "--request", file, "--termination-log", log);
      assertThat(ended.exit()).as(ended.err()).isEqualTo(expected.code());
      var message = TerminationMessage.parse(Files.readString(log));
      assertThat(message.exit()).isEqualTo(expected);
      return message;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
