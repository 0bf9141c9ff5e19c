package dev.modelcompression.cli;

import dev.modelcompression.cli.run.RequestDigest;
import dev.modelcompression.cli.step.StepInputs;
import dev.modelcompression.cli.step.StepJob;
import dev.modelcompression.cli.step.StepRunner;
import dev.modelcompression.cli.store.Publication;
import dev.modelcompression.cli.store.Publications;
import dev.modelcompression.contract.ContractJson;
import dev.modelcompression.contract.StepRequest;
import dev.modelcompression.contract.TerminationMessage;
import dev.modelcompression.engine.StopRequestedException;
import dev.modelcompression.manifest.ModelCompressionParser;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code mc step}: one step in a pod, by the step contract. */
@Command(
    name = "step",
    mixinStandardHelpOptions = true,
    description = {
      "Runs one step by the step contract: takes a StepRequest, writes outputs and a report, ends with the step's exit"
          + " code. A request that was done before is not done again: its verified report is given out anew."
    })
final class StepContractCommand implements Callable<Integer> {
  /** Less than the 30 s that Kubernetes leaves between SIGTERM and SIGKILL. */
  private static final int STOP_SECONDS = 20;

  @Mixin private RequestText request = new RequestText();
  @Mixin private TerminationLog log = new TerminationLog();

  private final TerminalProgress progress;

  StepContractCommand(TerminalProgress progress) {
    this.progress = progress;
  }

  @Override
  public Integer call() {
    try (var stop = new GracefulStop(() -> {}, STOP_SECONDS)) {
      return log.leave(() -> run(stop));
    }
  }

  private TerminationMessage run(GracefulStop stop) {
    StepRequest parsed =
        ContractJson.readRequest(request.read("step request", StepRequest.VARIABLE));
    ModelCompressionParser.check(parsed.step(), "step request");
    try {
      var result = result(parsed, stop);
      return TerminationMessage.of(result.report(), result.digest());
    } catch (StopRequestedException e) {
      progress.end("step " + parsed.step().name() + ": stopped");
      return TerminationMessage.failed(stop.exit(), "the step was stopped");
    }
  }

  private Publication.Published result(StepRequest parsed, GracefulStop stop) {
    String title = "step " + parsed.step().name();
    var publication = Publications.of(parsed.output(), RequestDigest.of(parsed));
    publication.requireReplaceable();
    var earlier = publication.find();
    if (earlier.isPresent()) {
      progress.end(title + ": done before, " + earlier.get().report().message());
      return earlier.get();
    }
    progress.begin(title);
    var published = perform(parsed, publication, stop);
    progress.end(title + ": " + published.report().message());
    return published;
  }

  private Publication.Published perform(
      StepRequest parsed, Publication publication, GracefulStop stop) {
    try {
      Path staged = publication.stage();
      var job =
          new StepJob(
              parsed,
              new StepInputs(Path.of("").toAbsolutePath()),
              publication.checkpoint(),
              (done, total, note) -> {
                stop.check();
                progress.update(done, total, note);
              });
      return publication.publish(new StepRunner(Clock.systemUTC()).run(job, staged));
    } catch (RuntimeException e) {
      publication.discard();
      // Another attempt that is done has removed what this one was working with.
      return publication.find().orElseThrow(() -> e);
    } catch (Error e) {
      publication.discard();
      throw e;
    }
  }
}
