package dev.modelcompression.cli;

import dev.modelcompression.cli.report.release.KeptRounds;
import dev.modelcompression.cli.report.release.ReleaseHtml;
import dev.modelcompression.cli.report.release.ReleaseReport;
import dev.modelcompression.cli.step.ToolVersion;
import dev.modelcompression.cli.store.WorkspaceFolder;
import dev.modelcompression.contract.Artifact;
import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.contract.ReleaseReportRequest;
import dev.modelcompression.contract.StepRequest;
import dev.modelcompression.contract.TerminationMessage;
import dev.modelcompression.data.Digests;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code mc release-report}: what became of a release, for people. */
@Command(
    name = "release-report",
    mixinStandardHelpOptions = true,
    description = {
      "Writes release.html and release.json of a run of a release whose outcome is known, beside the measurements that"
          + " its probes kept in the workspace. Each of them is judged again as the operator judged it."
    })
final class ReleaseReportCommand implements Callable<Integer> {
  @Mixin private RequestText request = new RequestText();
  @Mixin private TerminationLog log = new TerminationLog();

  private final TerminalProgress progress;

  ReleaseReportCommand(TerminalProgress progress) {
    this.progress = progress;
  }

  @Override
  public Integer call() {
    return log.leave(
        () ->
            write(
                ReleaseReportRequest.parse(
                    request.read("release report request", ReleaseReportRequest.VARIABLE))));
  }

  private TerminationMessage write(ReleaseReportRequest asked) {
    var folder = WorkspaceFolder.of(asked.folder());
    var rounds =
        KeptRounds.read(
            asked.runId(), asked.rounds(), (name, maxBytes) -> folder.read(name, maxBytes));
    var report = ReleaseReport.of(asked, rounds, ToolVersion.get());
    Map<String, Artifact> written = new TreeMap<>();
    put(folder, written, ReleaseReportRequest.DATA, ReleaseHtml.json(report));
    put(folder, written, ReleaseReportRequest.PAGE, ReleaseHtml.render(report));
    String message =
        "%d of %d measurements%s"
            .formatted(
                report.rounds().size(),
                asked.rounds(),
                report.missing().isEmpty()
                    ? ""
                    : report.complete()
                        ? "; the others gave nothing"
                        : "; the others are not in the workspace");
    progress.end("%s/%s: %s".formatted(asked.folder(), ReleaseReportRequest.PAGE, message));
    return new TerminationMessage(
        StepRequest.VERSION, ExitCode.DONE, message, null, written, Map.of());
  }

  private static void put(
      WorkspaceFolder folder, Map<String, Artifact> written, String name, String text) {
    byte[] content = text.getBytes(StandardCharsets.UTF_8);
    folder.write(name, content);
    written.put(name, new Artifact(name, name, Digests.of(content), content.length));
  }
}
