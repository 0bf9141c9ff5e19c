package dev.modelcompression.cli;

import dev.modelcompression.cli.run.StepPublication;
import dev.modelcompression.cli.step.Failures;
import dev.modelcompression.cli.step.StepInputs;
import dev.modelcompression.cli.step.StepJob;
import dev.modelcompression.cli.step.StepRunner;
import dev.modelcompression.contract.ContractJson;
import dev.modelcompression.contract.StepReport;
import dev.modelcompression.contract.StepRequest;
import dev.modelcompression.contract.TerminationMessage;
import dev.modelcompression.manifest.ModelCompressionParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code mc step}: one step in a pod, by the step contract. */
@Command(
    name = "step",
    mixinStandardHelpOptions = true,
    description = {
      "Runs one step by the step contract: takes a StepRequest, writes outputs and a report, ends with the step's exit"
          + " code. A request that was done before is not done again: its verified report is given out anew."
    })
final class StepContractCommand implements Callable<Integer> {
  /**
   * Where a container finds its request when no file is named. A long command line is no place for
   * it.
   */
  static final String VARIABLE = StepRequest.VARIABLE;

  @Option(
      names = "--request",
      paramLabel = "FILE",
      description =
          "The StepRequest as JSON; - reads standard input. Defaults to the variable "
              + VARIABLE
              + ".")
  private @Nullable String request;

  @Option(
      names = "--termination-log",
      paramLabel = "FILE",
      defaultValue = "/dev/termination-log",
      description =
          "Where to write the termination message (at most 4096 bytes) when that file's folder is there."
              + " Defaults to /dev/termination-log.")
  private Path terminationLog = Path.of("/dev/termination-log");

  private final TerminalProgress progress;
  private final Clock clock = Clock.systemUTC();

  StepContractCommand(TerminalProgress progress) {
    this.progress = progress;
  }

  @Override
  public Integer call() {
    StepRequest parsed = ContractJson.readRequest(text());
    ModelCompressionParser.check(parsed.step(), "step request");
    var publication = new StepPublication(folder(parsed), parsed);
    publication.requireReplaceable();
    var earlier = publication.find();
    if (earlier.isPresent()) {
      progress.end("step " + parsed.step().name() + ": done before, " + earlier.get().message());
      return end(earlier.get(), publication.reportDigest());
    }
    progress.begin("step " + parsed.step().name());
    Instant started = clock.instant();
    var staged = publication.stage();
    var job =
        new StepJob(
            parsed,
            new StepInputs(Path.of("").toAbsolutePath()),
            publication.checkpoint(),
            progress::update);
    var runner = new StepRunner(clock);
    try {
      var report = runner.run(job, staged);
      String digest = publication.publish(report);
      progress.end("step " + parsed.step().name() + ": " + report.message());
      return end(report, digest);
    } catch (RuntimeException | Error e) {
      Failures.trace(e);
      var report = runner.failed(job, Failures.exit(e), Failures.message(e), started);
      progress.end("step " + parsed.step().name() + ": " + report.message());
      return end(report, null);
    }
  }

  private int end(StepReport report, @Nullable String digest) {
    Path folder = terminationLog.toAbsolutePath().getParent();
    if (folder != null && Files.isDirectory(folder)) {
      try {
        Files.writeString(terminationLog, TerminationMessage.of(report, digest).toJson());
      } catch (IOException e) {
        progress.end("the termination message cannot be written: " + e.getMessage());
      }
    }
    return report.exit().code();
  }

  private String text() {
    String inline = System.getenv(VARIABLE);
    if (request == null && inline == null) {
      throw new IllegalArgumentException(
          "no step request: name a file with --request, or set " + VARIABLE);
    }
    try {
      if (request == null) {
        return inline;
      }
      return request.equals("-")
          ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8)
          : Files.readString(Path.of(request));
    } catch (IOException e) {
      throw new UncheckedIOException(request + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private static Path folder(StepRequest request) {
    String output = request.output();
    if (!output.startsWith("file:")) {
      throw new IllegalArgumentException(
          "step request output: found '" + output + "', expected file:///folder");
    }
    return Path.of(URI.create(output)).toAbsolutePath().normalize();
  }
}
