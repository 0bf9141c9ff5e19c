package dev.modelcompression.cli;

import dev.modelcompression.cli.probe.ProbeRound;
import dev.modelcompression.cli.probe.ProbeTable;
import dev.modelcompression.cli.step.StepInputs;
import dev.modelcompression.contract.ContractJson;
import dev.modelcompression.contract.EndMessage;
import dev.modelcompression.contract.ProbeReport;
import dev.modelcompression.contract.ProbeRequest;
import dev.modelcompression.contract.TerminationMessage;
import dev.modelcompression.engine.StopRequestedException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code mc probe}: one measurement of a release, in a pod or by hand. */
@Command(
    name = "probe",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    abbreviateSynopsis = true,
    description = {
      "Asks two model servers of the Open Inference Protocol v2 the same labelled samples and compares errors,"
          + " accuracy, answers and times. A server that does not answer is a result, not a failure of the command.",
      "By hand, name --baseline, --candidate, --model and --data. In a pod it takes a ProbeRequest and leaves a"
          + " ProbeReport as its termination message."
    })
final class ProbeCommand implements Callable<Integer> {
  private static final int STOP_SECONDS = 5;

  @Mixin private ProbeOptions options = new ProbeOptions();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "text|json",
      description = "By hand: form of what is printed. Defaults to text.")
  private OutputFormat output = OutputFormat.text;

  @Mixin private RequestText request = new RequestText();
  @Mixin private TerminationLog log = new TerminationLog();

  @Spec private CommandSpec spec = CommandSpec.create();

  private final TerminalProgress progress;

  ProbeCommand(TerminalProgress progress) {
    this.progress = progress;
  }

  @Override
  public Integer call() {
    try (var stop = new GracefulStop(() -> {}, STOP_SECONDS)) {
      if (options.isByHand()) {
        return byHand(stop);
      }
      var kept = new KeptRound(progress, Clock.systemUTC());
      int exit = log.<EndMessage>leave(() -> inPod(stop, kept), TerminationMessage::failed);
      kept.publish();
      return exit;
    }
  }

  private EndMessage inPod(GracefulStop stop, KeptRound kept) {
    var asked = ProbeRequest.parse(request.read("probe request", ProbeRequest.VARIABLE));
    try {
      var report = measure(asked, stop);
      kept.of(asked, report);
      return report;
    } catch (StopRequestedException e) {
      progress.end("probe: stopped");
      return TerminationMessage.failed(stop.exit(), "the probe was stopped");
    }
  }

  private int byHand(GracefulStop stop) {
    try {
      var report = measure(options.request(), stop);
      var out = spec.commandLine().getOut();
      out.print(output == OutputFormat.json ? ContractJson.write(report) : ProbeTable.of(report));
      out.flush();
      return report.exit().code();
    } catch (StopRequestedException e) {
      progress.end("mc: stopped");
      return stop.exit().code();
    }
  }

  private ProbeReport measure(ProbeRequest asked, GracefulStop stop) {
    progress.begin("probe, round " + asked.round());
    var report =
        ProbeRound.run(
            asked,
            new StepInputs(Path.of("").toAbsolutePath()),
            (done, total, note) -> {
              stop.check();
              progress.update(done, total, note);
            });
    progress.end(summary(report));
    return report;
  }

  private static String summary(ProbeReport report) {
    return String.format(
        Locale.ROOT,
        "probe, round %d: %d samples, errors %d and %d, right answers %d and %d, %d of %d pairs agree",
        report.round(),
        report.baseline().requests(),
        report.baseline().errors(),
        report.candidate().errors(),
        report.baseline().correct(),
        report.candidate().correct(),
        report.pairs().agree(),
        report.pairs().count());
  }
}
