package dev.modelcompression.engine;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.modelcompression.api.Durations;
import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.contract.StepReport;
import dev.modelcompression.contract.StepRequest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Runs a compression in this process, step by step, as the planner decides.
 *
 * <p>Nothing is kept between runs but published results: a run that was killed anywhere is
 * continued by running it again, and takes every finished step from the workspace.
 */
public final class LocalPipeline {
  /** Time in which a run that was stopped can be gone on with where its step was. */
  private static final Duration ABANDONED_AFTER = Duration.ofDays(7);

  private final Workspace workspace;
  private final StepExecutor executor;
  private final Consumer<RunEvent> listener;
  private final Clock clock;
  private volatile boolean stopRequested;

  /**
   * Prepares runs in a workspace.
   *
   * @param listener told of everything that happens, from the thread that runs
   */
  public LocalPipeline(
      Workspace workspace, StepExecutor executor, Consumer<RunEvent> listener, Clock clock) {
    this.workspace = workspace;
    this.executor = executor;
    this.listener = listener;
    this.clock = clock;
  }

  /**
   * Asks a run in another thread to stop: at the next progress of its step, or before the next
   * step. {@link #run} then returns a verdict with exit {@code INTERRUPTED}.
   */
  public void stop() {
    stopRequested = true;
  }

  /**
   * Runs to the verdict.
   *
   * @param name name of the {@code ModelCompression}, for the record
   * @throws WorkspaceBusyException another run uses the workspace
   */
  public RunResult run(Run run, String name) {
    Workspace.Lock lock = workspace.lock();
    try {
      workspace.discardAbandoned(clock.instant().minus(ABANDONED_AFTER));
      return new Session(run, name).run();
    } finally {
      lock.close();
    }
  }

  /** The state of one run. */
  private final class Session {
    private final Run run;
    private final List<Attempt> attempts = new ArrayList<>();
    private final List<RunResult.EndedStep> ended = new ArrayList<>();
    private RunRecord record;
    private int trial;

    Session(Run run, String name) {
      this.run = run;
      this.record = RunRecord.started(run, name, clock.instant());
    }

    RunResult run() {
      workspace.record(record);
      listener.accept(RunEvent.of(RunEvent.Kind.RUN_STARTED, "run " + run.id()));
      try {
        Decision decision = Planner.decide(run, attempts);
        while (decision.verdict().isEmpty()) {
          for (StepStart step : decision.start()) {
            if (stopRequested) {
              throw new StopRequestedException();
            }
            announceTrial(step);
            perform(step);
          }
          decision = Planner.decide(run, attempts);
        }
        return end(decision.verdict().get());
      } catch (StopRequestedException e) {
        return interrupted();
      }
    }

    private void perform(StepStart step) {
      Workspace.Lookup lookup = workspace.find(step.key());
      lookup.note().ifPresent(note -> listener.accept(RunEvent.of(RunEvent.Kind.NOTE, note)));
      if (lookup.report().isPresent()) {
        ended(step, lookup.report().get(), true);
        listener.accept(RunEvent.ended(RunEvent.Kind.STEP_CACHED, step, lookup.report().get()));
        return;
      }
      listener.accept(RunEvent.started(step));
      StepReport report = execute(step);
      ended(step, report, false);
      listener.accept(RunEvent.ended(RunEvent.Kind.STEP_ENDED, step, report));
    }

    private StepReport execute(StepStart step) {
      Instant started = clock.instant();
      StepRequest request =
          new StepRequest(
              StepRequest.VERSION,
              run.id(),
              step.trial(),
              step.attempt(),
              step.step(),
              step.inputs(),
              step.datasets(),
              workspace.stage(step.key()),
              run.spec().seed(),
              started.plus(Durations.parse(step.step().timeout())),
              run.threads());
      StepReport report = executor.execute(request, progress(step, started));
      return report.exit() == ExitCode.DONE ? publish(step, request, report) : report;
    }

    /** What a step publishes must be what it says it is; anything else is a bug of the step. */
    private StepReport publish(StepStart step, StepRequest request, StepReport report) {
      try {
        return workspace.publish(step.key(), report);
      } catch (IllegalStateException e) {
        return StepReport.of(
            request,
            ExitCode.INTERNAL,
            String.valueOf(e.getMessage()),
            Map.of(),
            Map.of(),
            JsonNodeFactory.instance.objectNode(),
            report.lineage());
      }
    }

    private StepProgress progress(StepStart step, Instant started) {
      return (done, total, note) -> {
        if (stopRequested) {
          throw new StopRequestedException();
        }
        double fraction = total <= 0 ? 0 : Math.min(1, (double) done / total);
        Duration passed = Duration.between(started, clock.instant());
        Optional<Duration> left =
            fraction <= 0
                ? Optional.empty()
                : Optional.of(
                    Duration.ofMillis(Math.round(passed.toMillis() * (1 / fraction - 1))));
        listener.accept(RunEvent.progress(step, note, fraction, left));
      };
    }

    private void ended(StepStart step, StepReport report, boolean cached) {
      attempts.add(
          Attempt.ended(
              step.trial(), step.step().name(), step.attempt(), Attempt.Outcome.of(report)));
      ended.add(new RunResult.EndedStep(step, report, cached));
      record =
          record.plus(
              new RunRecord.StepRecord(
                  step.trial(),
                  step.step().name(),
                  step.step().type(),
                  step.attempt(),
                  cached,
                  report.exit(),
                  report.lineage().seconds(),
                  report.exit() == ExitCode.DONE ? workspace.reportLocation(step.key()) : null),
              clock.instant());
      workspace.record(record);
    }

    private void announceTrial(StepStart step) {
      if (step.trial() != trial) {
        trial = step.trial();
        listener.accept(
            RunEvent.of(
                RunEvent.Kind.TRIAL_STARTED,
                "trial %d of at most %d".formatted(trial, run.spec().tuning().maxTrials())));
      }
    }

    private RunResult end(Verdict verdict) {
      record = record.finished(verdict, clock.instant());
      workspace.record(record);
      listener.accept(RunEvent.of(RunEvent.Kind.RUN_ENDED, verdict.message()));
      return new RunResult(verdict, List.copyOf(ended));
    }

    private RunResult interrupted() {
      record = record.interrupted(clock.instant());
      workspace.record(record);
      String message =
          "stopped; %d finished steps are kept, run the same again to continue"
              .formatted(ended.size());
      listener.accept(RunEvent.of(RunEvent.Kind.RUN_ENDED, message));
      return new RunResult(
          new Verdict(ExitCode.INTERRUPTED, message, 0, null, List.of(), List.of()),
          List.copyOf(ended));
    }
  }
}
