package dev.modelcompression.cli;

import dev.modelcompression.cli.writeback.WriteBack;
import dev.modelcompression.contract.ContractJson;
import dev.modelcompression.contract.WriteBackReport;
import dev.modelcompression.contract.WriteBackRequest;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mc write-back}: keeps the outcome of a release in Git. */
@Command(
    name = "write-back",
    mixinStandardHelpOptions = true,
    description = {
      "Writes the outcome of a release into the YAML file in Git that declares it: the promoted model becomes the"
          + " baseline, a rejected one is denied. One commit or pull request, however often it is run."
    })
final class WriteBackCommand implements Callable<Integer> {
  @Mixin private RequestText request = new RequestText();
  @Mixin private TerminationLog log = new TerminationLog();

  @Option(
      names = "--credential",
      paramLabel = "FOLDER",
      defaultValue = WriteBackRequest.CREDENTIAL_FOLDER,
      description =
          "Folder with the files username and password, or token, or ssh-privatekey and known_hosts; and ca.crt where"
              + " the server has a certificate of one's own authority. Defaults to ${DEFAULT-VALUE}.")
  private Path credential = Path.of(WriteBackRequest.CREDENTIAL_FOLDER);

  private final TerminalProgress progress;

  WriteBackCommand(TerminalProgress progress) {
    this.progress = progress;
  }

  @Override
  public Integer call() {
    return log.leave(
        () ->
            write(
                ContractJson.readWriteBackRequest(
                    request.read("write-back request", WriteBackRequest.VARIABLE))),
        WriteBackReport::failed);
  }

  private WriteBackReport write(WriteBackRequest asked) {
    try (var scratch = new ScratchFolder();
        var writeBack = new WriteBack(asked, credential, scratch.path(), Clock.systemUTC())) {
      var report = writeBack.run();
      progress.end(report.message());
      return report;
    }
  }
}
