package dev.modelcompression.cli.run;

import dev.modelcompression.cli.step.Failures;
import dev.modelcompression.cli.step.StepInputs;
import dev.modelcompression.cli.step.StepJob;
import dev.modelcompression.cli.step.StepRunner;
import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.contract.StepReport;
import dev.modelcompression.contract.StepRequest;
import dev.modelcompression.engine.StepExecutor;
import dev.modelcompression.engine.StepProgress;
import dev.modelcompression.engine.StopRequestedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;

/**
 * Runs steps in this process. An {@link Error}, such as a heap that is too small, is of the process
 * and not of the step: it ends the run instead of being tried again in the same heap.
 */
public final class LocalSteps implements StepExecutor {
  /** The workspace keeps this folder when a step is killed. */
  private static final String CHECKPOINT = "checkpoint";

  private final StepInputs inputs;
  private final StepRunner runner;
  private final Clock clock;

  public LocalSteps(StepInputs inputs, Clock clock) {
    this.inputs = inputs;
    this.runner = new StepRunner(clock);
    this.clock = clock;
  }

  @Override
  public StepReport execute(StepRequest request, StepProgress progress) {
    Instant started = clock.instant();
    Path folder = folder(request.output());
    var job = new StepJob(request, inputs, checkpoint(folder), progress::update);
    try {
      return runner.run(job, folder);
    } catch (StopRequestedException e) {
      throw e;
    } catch (RuntimeException e) {
      ExitCode exit = Failures.exit(e);
      Failures.trace(e);
      return runner.failed(job, exit, Failures.message(e), started);
    }
  }

  private static Path folder(String output) {
    return output.startsWith("file:") ? Path.of(URI.create(output)) : Path.of(output);
  }

  private static Path checkpoint(Path folder) {
    try {
      return Files.createDirectories(folder.resolve(CHECKPOINT));
    } catch (IOException e) {
      throw new UncheckedIOException(folder + ": cannot make the checkpoint folder", e);
    }
  }
}
