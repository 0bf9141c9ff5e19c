package dev.modelcompression.cli;

import dev.modelcompression.api.Manifest;
import dev.modelcompression.cli.report.ConsoleReport;
import dev.modelcompression.cli.report.Report;
import dev.modelcompression.cli.report.ReportHtml;
import dev.modelcompression.cli.report.ReportJson;
import dev.modelcompression.cli.run.LocalSteps;
import dev.modelcompression.cli.run.ResultModel;
import dev.modelcompression.cli.run.RunReport;
import dev.modelcompression.cli.run.WorkspaceLocation;
import dev.modelcompression.cli.step.StepInputs;
import dev.modelcompression.cli.step.ToolVersion;
import dev.modelcompression.contract.Artifact;
import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.engine.DirectoryWorkspace;
import dev.modelcompression.engine.LocalPipeline;
import dev.modelcompression.engine.Run;
import dev.modelcompression.engine.RunResult;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code mc run}: the whole pipeline of a ModelCompression, in this process. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    description = {
      "Runs every step of a ModelCompression on this machine and judges the result.",
      "Finished steps are kept in the workspace: running the same again does only what is missing."
    })
final class RunCommand implements Callable<Integer> {
  private static final int WIDTH = 100;
  private static final int STOP_SECONDS = 30;

  @Spec private CommandSpec spec;

  @Mixin private ManifestOptions manifest;

  @Option(
      names = {"-w", "--workspace"},
      paramLabel = "DIR",
      description =
          "Where results, reports and the step cache are kept. Defaults to spec.workspace where that is a file: URI,"
              + " else to ./mc-workspace/NAME.")
  private @Nullable Path workspace;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "Threads to compute with. Results are bit-identical for the same number on the same kind of CPU. Defaults to"
              + " 2.")
  private @Nullable Integer threads;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "text|json",
      description =
          "What is printed at the end: a summary, or the report as JSON. Defaults to text.")
  private OutputFormat output = OutputFormat.text;

  private final TerminalProgress progress;

  RunCommand(TerminalProgress progress) {
    this.progress = progress;
  }

  @Override
  public Integer call() {
    Manifest parsed = manifest.parse();
    Path root = WorkspaceLocation.of(workspace, parsed);
    OutputLocations.requireFolder("workspace", root);
    var inputs = new StepInputs(manifest.folder());
    Run run =
        Run.of(
            parsed.spec(),
            ToolVersion.get(),
            original(parsed, inputs),
            datasets(parsed, inputs),
            Threads.check(threads));
    var store = new DirectoryWorkspace(root);
    var clock = Clock.systemUTC();
    var pipeline =
        new LocalPipeline(store, new LocalSteps(inputs, clock), new RunProgress(progress), clock);
    var started = clock.instant();
    RunResult result;
    try (var stop = new GracefulStop(pipeline::stop, STOP_SECONDS)) {
      stop.ifLate(
          () -> System.err.println("mc: the running step did not stop in time; it will run again"));
      result = pipeline.run(run, parsed.metadata().name());
      if (result.verdict().exit() == ExitCode.INTERRUPTED) {
        progress.end("mc: " + result.verdict().message());
        return stop.exit().code();
      }
    }
    var report =
        new RunReport(parsed, run, result, inputs, started, clock.instant(), manifest.command(root))
            .build();
    Path page = publish(report, result, root);
    print(report, page);
    return result.verdict().exit().code();
  }

  private static Artifact original(Manifest manifest, StepInputs inputs) {
    return inputs.modelArtifact(Artifact.ORIGINAL, manifest.spec().model().uri());
  }

  private static Map<String, Artifact> datasets(Manifest manifest, StepInputs inputs) {
    Map<String, Artifact> files = new LinkedHashMap<>();
    manifest
        .spec()
        .datasets()
        .byName()
        .forEach(
            (name, source) -> {
              if (source.uri() != null) {
                files.put(name, inputs.dataArtifact(name, source.uri()));
              }
            });
    return files;
  }

  private static Path publish(Report report, RunResult result, Path root) {
    Path page = root.resolve("report.html");
    try {
      ReportJson.write(report, root.resolve("report.json"));
      ReportHtml.write(report, page);
      ResultModel.publish(result.verdict().model(), root);
    } catch (IOException e) {
      throw new UncheckedIOException(root + ": the report cannot be written: " + e.getMessage(), e);
    }
    return page;
  }

  private void print(Report report, Path page) {
    PrintWriter out = spec.commandLine().getOut();
    out.print(
        output == OutputFormat.json
            ? ReportJson.render(report)
            : ConsoleReport.render(report, page, WIDTH, Terminal.coloursOutput()));
    out.flush();
  }
}
