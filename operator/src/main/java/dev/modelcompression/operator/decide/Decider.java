package dev.modelcompression.operator.decide;

import dev.modelcompression.api.Durations;
import dev.modelcompression.api.Metric;
import dev.modelcompression.api.ModelCompression;
import dev.modelcompression.api.ModelCompressionSpec;
import dev.modelcompression.api.pod.Resources;
import dev.modelcompression.api.status.Condition;
import dev.modelcompression.api.status.InputsStatus;
import dev.modelcompression.api.status.ModelCompressionStatus;
import dev.modelcompression.api.status.Phase;
import dev.modelcompression.api.status.Reason;
import dev.modelcompression.api.status.StepStatus;
import dev.modelcompression.contract.Artifact;
import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.engine.Decision;
import dev.modelcompression.engine.Planner;
import dev.modelcompression.engine.StepStart;
import dev.modelcompression.operator.Settings;
import dev.modelcompression.operator.job.AttemptPod;
import dev.modelcompression.operator.job.Memory;
import dev.modelcompression.operator.job.StepJobs;
import dev.modelcompression.operator.observe.Ending;
import dev.modelcompression.operator.observe.ObservedJob;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Decides what to do about one compression. Pure: the same spec, status, Jobs and time give the
 * same course, so that an operator that was killed anywhere goes on as if it had not been.
 *
 * <p>What the status says has ended stays ended, whatever becomes of the Job; a Job that the status
 * does not know of is an attempt that runs or has just ended; what neither knows of has not been
 * started.
 */
public final class Decider {
  /** Numbers that gates look at. */
  private static final List<String> GATE_METRICS =
      Arrays.stream(Metric.values())
          .flatMap(metric -> Stream.of(metric.originalKey(), metric.resultKey()))
          .toList();

  private final ModelCompression compression;
  private final ModelCompressionSpec spec;
  private final ModelCompressionStatus before;
  private final List<ObservedJob> jobs;
  private final Settings settings;
  private final Waits waits;
  private final Ledger ledger;
  private final CourseBuilder course;

  private Decider(
      ModelCompression compression, List<ObservedJob> jobs, Settings settings, Instant now) {
    this.compression = compression;
    this.spec = compression.getSpec();
    this.before = Statuses.of(compression);
    this.jobs = jobs;
    this.settings = settings;
    this.waits = new Waits(settings, now);
    this.ledger = new Ledger(before.steps());
    this.course = new CourseBuilder(ledger);
  }

  /**
   * Decides.
   *
   * @param jobs the Jobs of the compression, all of them
   * @param now the operator's clock; compared only with what the operator has written itself
   */
  public static Course decide(
      ModelCompression compression, List<ObservedJob> jobs, Settings settings, Instant now) {
    return new Decider(compression, jobs, settings, now).decide();
  }

  /** What to do about a compression whose spec or status cannot be read: nothing may go on. */
  public static Course unreadable(
      ModelCompression compression,
      List<ObservedJob> jobs,
      Settings settings,
      String message,
      Instant now) {
    return new Decider(compression, jobs, settings, now).refused(message);
  }

  private Course decide() {
    List<String> problems = isChecked() ? List.of() : ClusterRules.check(compression);
    if (!problems.isEmpty()) {
      return refused(String.join("; ", problems));
    }
    Inputs inputs = Inputs.of(compression, before);
    Map<String, Artifact> known = inputs.known(before);
    // One that has found them is worth nothing without what it found.
    if (ledger
        .find(Inputs.TRIAL, Inputs.STEP)
        .filter(step -> inputs.label().equals(step.key()))
        .filter(step -> step.state() != StepStatus.State.SUCCEEDED || !known.isEmpty())
        .isEmpty()) {
      ledger.forgetInputs();
    }
    return known.isEmpty() ? lookAt(inputs) : run(inputs, known);
  }

  /** A spec that was fit to be run is not looked at again before it is edited. */
  private boolean isChecked() {
    return !isEdited()
        && before
            .condition(Condition.Type.STALLED)
            .filter(stalled -> stalled.reason() != Reason.INVALID_SPEC)
            .isPresent();
  }

  private Course refused(String message) {
    jobs.forEach(this::stop);
    // Once the spec is what it was, the run goes on, or has ended as it had.
    course.keep(before);
    return course.build(Standing.failed(Reason.INVALID_SPEC, message));
  }

  /** Goes on with the Job that looks at the inputs, as the planner does with any other step. */
  private Course lookAt(Inputs inputs) {
    ledger.forgetFrom(1);
    int attempt = 1;
    Optional<ObservedJob> job;
    while (true) {
      Optional<StepStatus> step = ledger.find(Inputs.TRIAL, Inputs.STEP);
      if (step.isPresent()) {
        attempt = step.get().attempt();
        if (Ledger.ended(step.get())) {
          if (!Ledger.retryable(step.get()) || attempt > StepPods.INPUT_RETRIES) {
            List<String> current = List.of(inputs.label());
            stopAllBut(current);
            Standing failed = Failures.of(step.get(), attempt);
            return course.build(waitsForStop(current) ? failed.again(Duration.ZERO) : failed);
          }
          attempt++;
        }
      }
      job = find(inputs.label(), Inputs.TRIAL, Inputs.STEP, attempt);
      if (job.isEmpty()) {
        break;
      }
      Optional<Ending> ending = job.get().ending().map(inputs::checked);
      if (ending.filter(end -> end.exit() == ExitCode.DONE).isPresent()) {
        record(job.get(), ending, inputs.label(), StepPods.resources(null, spec.podTemplate()));
        return run(inputs, ending.get().outputs());
      }
      if (!record(
          job.get(), ending, inputs.label(), StepPods.resources(null, spec.podTemplate()))) {
        break;
      }
    }
    Optional<Course> held = hold(List.of(inputs.label()));
    if (held.isPresent()) {
      return held.get();
    }
    AttemptPod pod =
        new StepPods(spec)
            .inputs(inputs, attempt, oomKills(Inputs.TRIAL, Inputs.STEP), settings.stepImage());
    return startOrWait(pod, job, inputs.label(), Reason.CHECKING_INPUTS, Inputs.STEP);
  }

  private Course run(Inputs inputs, Map<String, Artifact> files) {
    InputsStatus found = inputs.status(files);
    course.inputs(found);
    Execution execution;
    try {
      execution = Execution.of(compression, before, files, settings);
    } catch (IllegalArgumentException e) {
      return refused(String.valueOf(e.getMessage()));
    }
    if (!execution.continues()) {
      ledger.forgetFrom(1);
    }
    course.run(execution);
    List<String> current = List.of(inputs.label(), execution.id());
    while (true) {
      Decision decision = Planner.decide(execution.run(), ledger.attempts(execution.workspace()));
      course.trials(decision.trials());
      if (decision.verdict().isPresent()) {
        stopAllBut(current);
        return course.ended(decision.verdict().get(), waitsForStop(current));
      }
      StepStart start = decision.start().get(0);
      String name = start.step().name();
      Optional<ObservedJob> job = find(execution.id(), start.trial(), name, start.attempt());
      if (job.isPresent()
          && record(
              job.get(),
              job.get().ending(),
              start.key().hex(),
              StepPods.resources(start.step(), spec.podTemplate()))) {
        continue;
      }
      Optional<Course> held = hold(current);
      if (held.isPresent()) {
        return held.get();
      }
      AttemptPod pod = new StepPods(spec).step(start, execution, oomKills(start.trial(), name));
      return startOrWait(
          pod,
          job,
          start.key().hex(),
          Reason.STEP_RUNNING,
          "%d/%d %s".formatted(start.index(), start.count(), name));
    }
  }

  /** Brings the ledger up to date with a Job. Whether its attempt has ended. */
  private boolean record(
      ObservedJob job, Optional<Ending> ending, String key, Resources resources) {
    ledger.observed(job, key, waits.now());
    if (ending.isPresent()) {
      boolean last =
          ending.get().reason() == Reason.STEP_OOM
              && !Memory.canGrow(resources, settings, oomKills(job.trial(), job.step()));
      ledger.ended(
          job.trial(),
          job.step(),
          ending.get(),
          last,
          Objects.requireNonNullElse(job.finished(), waits.now()),
          GATE_METRICS);
      return true;
    }
    return waits.giveUp(ledger, job.trial(), job.step());
  }

  /** Suspends, or waits for pods of another run, where one of these is due. */
  private Optional<Course> hold(List<String> current) {
    boolean others = stopAllBut(current);
    if (spec.suspend()) {
      jobs.forEach(this::stop);
      return Optional.of(
          course.build(
              new Standing(
                  Standing.State.SUSPENDED,
                  Reason.SUSPENDED,
                  "spec.suspend is true; finished steps are kept",
                  Optional.empty())));
    }
    return others
        ? Optional.of(
            course.build(
                Standing.running(
                    Reason.STOPPING_OLD_RUN, "waits for the pods of the earlier run to stop")))
        : Optional.empty();
  }

  /**
   * Deletes Jobs of other runs, and live ones of attempts that the status knows to have ended.
   *
   * @return whether one of another run may still have a pod
   */
  private boolean stopAllBut(List<String> current) {
    Ledger written = new Ledger(before.steps());
    boolean others = false;
    for (ObservedJob job : jobs) {
      if (current.contains(job.run())) {
        if (written.hasEnded(job.trial(), job.step(), job.attempt())) {
          stop(job);
        }
      } else {
        others |= job.state() != ObservedJob.State.ENDED;
        if (!job.deleting()) {
          course.delete(job);
        }
      }
    }
    return others;
  }

  private void stop(ObservedJob job) {
    if (!job.deleting() && job.state() != ObservedJob.State.ENDED) {
      course.delete(job);
    }
  }

  /** Whether a Job has to be stopped once the status says that its attempt has ended. */
  private boolean waitsForStop(List<String> current) {
    return jobs.stream()
        .anyMatch(job -> current.contains(job.run()) && job.live() && !course.deletes(job));
  }

  private Course startOrWait(
      AttemptPod pod, Optional<ObservedJob> job, String key, Reason reason, String step) {
    course.step(step);
    Standing running =
        Standing.running(reason, "step %s runs, attempt %d".formatted(step, pod.attempt()));
    if (job.isPresent()) {
      return course.build(
          isOutdated(job.get(), pod)
              ? makeAgain(job.get(), step)
              : waits.standing(job.get(), running, step, ledger));
    }
    Optional<Standing> pause = pause(pod, step);
    if (pause.isPresent()) {
      return course.build(pause.get());
    }
    boolean restarted =
        ledger
            .find(pod.trial(), pod.step())
            .filter(entry -> entry.attempt() == pod.attempt() && entry.job() != null)
            .isPresent();
    return course.start(new Course.Start(pod, key, restarted)).build(running);
  }

  /**
   * Whether a Job waits as something that it would not be made as now. Who edits the pod template,
   * or the operator's settings, because a pod cannot start wants that pod to be another. A place in
   * a queue is given up for an edit alone.
   */
  private boolean isOutdated(ObservedJob job, AttemptPod pod) {
    return job.state() == ObservedJob.State.WAITING
        && !job.podDigest().isEmpty()
        && (job.reason() != Reason.QUEUED || job.deleting() || isEdited())
        && !job.podDigest().equals(StepJobs.podDigest(compression, pod, settings));
  }

  private Standing makeAgain(ObservedJob job, String step) {
    stop(job);
    return Standing.running(
        Reason.STOPPING_OLD_RUN,
        "step %s waits, and its pod is to be another one now: its Job is made again"
            .formatted(step));
  }

  private boolean isEdited() {
    return Generations.isEdited(before, compression.getMetadata().getGeneration());
  }

  /** What failed for a reason that may pass is not tried again at once: it may not have passed. */
  private Optional<Standing> pause(AttemptPod pod, String step) {
    Optional<StepStatus> before =
        ledger
            .find(pod.trial(), pod.step())
            .filter(entry -> entry.attempt() == pod.attempt() - 1 && Ledger.ended(entry));
    if (before.isEmpty()) {
      return Optional.empty();
    }
    Duration left = waits.pause(before.get(), pod.attempt());
    if (left.isZero()) {
      return Optional.empty();
    }
    if (before.get().waitingSince() == null) {
      ledger.pauses(before.get(), waits.now());
    }
    return Optional.of(
        Standing.running(
                Reason.RETRYING,
                "step %s: attempt %d ended with '%s'; another one follows after a pause"
                    .formatted(
                        step,
                        before.get().attempt(),
                        Objects.requireNonNullElse(before.get().message(), "")))
            .again(left));
  }

  private Optional<ObservedJob> find(String run, int trial, String step, int attempt) {
    return jobs.stream().filter(job -> job.isAttempt(run, trial, step, attempt)).findFirst();
  }

  private int oomKills(int trial, String step) {
    return ledger.find(trial, step).map(StepStatus::oomKills).orElse(0);
  }

  /** When a compression that no release keeps is to be deleted; empty when it has not ended. */
  public static Optional<Duration> timeToLive(
      ModelCompression compression, ModelCompressionStatus status, Instant now) {
    String ttl = compression.getSpec().ttlAfterFinished();
    Phase phase = status.phase();
    String end = status.completionTime();
    if (ttl == null || phase == null || !phase.terminal() || end == null) {
      return Optional.empty();
    }
    Duration left = Duration.between(now, Instant.parse(end).plus(Durations.parse(ttl)));
    return Optional.of(left.isNegative() ? Duration.ZERO : left);
  }
}
