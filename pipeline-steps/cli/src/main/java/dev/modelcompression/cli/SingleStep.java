package dev.modelcompression.cli;

import dev.modelcompression.cli.step.Failures;
import dev.modelcompression.cli.step.StepInputs;
import dev.modelcompression.cli.step.StepJob;
import dev.modelcompression.cli.step.StepRunner;
import dev.modelcompression.contract.StepReport;
import dev.modelcompression.contract.StepRequest;
import dev.modelcompression.data.ModelFiles;
import dev.modelcompression.engine.StopRequestedException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;

/**
 * One step on files, as a command of its own. Nothing stays of it but what was asked for, also when
 * Ctrl-C ends it; of a training that was not done, its checkpoint.
 */
final class SingleStep {
  private final StepRequest request;
  private final StepInputs inputs;
  private final TerminalProgress progress;

  SingleStep(StepRequest request, StepInputs inputs, TerminalProgress progress) {
    this.request = request;
    this.inputs = inputs;
    this.progress = progress;
  }

  /**
   * Runs the step.
   *
   * @param stop tells when it shall stop
   * @param out where its model goes, if it makes one
   * @param checkpoint folder of what it goes on from after a kill, if it can
   * @throws StopRequestedException the user stopped it
   */
  StepReport run(GracefulStop stop, Optional<Path> out, Optional<Path> checkpoint) {
    try (var scratch = new ScratchFolder()) {
      stop.ifLate(
          () -> {
            scratch.remove();
            progress.end("mc: stopped");
          });
      return checkpoint.isEmpty()
          ? run(stop, scratch.path(), scratch.path(), out)
          : resumable(stop, checkpoint.get(), scratch.path(), out);
    }
  }

  private StepReport resumable(GracefulStop stop, Path folder, Path scratch, Optional<Path> out) {
    try (var checkpoint = CheckpointFolder.open(folder, request)) {
      try {
        var report = run(stop, folder, scratch, out);
        checkpoint.discard();
        return report;
      } catch (RuntimeException | Error e) {
        if (!Failures.exit(e).retryable()) {
          checkpoint.discard(); // the same training would fail again
        }
        throw e;
      }
    }
  }

  private StepReport run(GracefulStop stop, Path state, Path scratch, Optional<Path> out) {
    progress.begin(request.step().name());
    var job =
        new StepJob(
            request,
            inputs,
            state,
            (done, total, note) -> {
              stop.check();
              progress.update(done, total, note);
            });
    var report = new StepRunner(Clock.systemUTC()).run(job, scratch);
    progress.close();
    out.ifPresent(file -> publish(report, scratch, file));
    return report;
  }

  /** Moves the model to where the user wants it, in one step. */
  private static void publish(StepReport report, Path folder, Path out) {
    report
        .model()
        .ifPresent(model -> ModelFiles.save(ModelFiles.load(folder.resolve(model.uri())), out));
  }
}
