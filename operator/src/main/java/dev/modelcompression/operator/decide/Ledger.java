package dev.modelcompression.operator.decide;

import dev.modelcompression.api.status.FileStatus;
import dev.modelcompression.api.status.Reason;
import dev.modelcompression.api.status.StepStatus;
import dev.modelcompression.contract.Artifact;
import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.engine.Attempt;
import dev.modelcompression.operator.observe.Ending;
import dev.modelcompression.operator.observe.ObservedJob;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The steps of a status while they are being brought up to date. One entry a step and trial: it
 * tells of the last attempt, and that those before it were worth another try.
 */
public final class Ledger {
  /** Of all that a step publishes, what the next one needs. */
  private static final List<String> KEPT =
      List.of(Artifact.MODEL, Artifact.MODEL + Artifact.EXTERNAL_DATA);

  private static final Attempt.Outcome RETRIED =
      new Attempt.Outcome(ExitCode.TRY_AGAIN, "", Map.of(), Map.of());

  private final List<StepStatus> steps;
  private final List<StepStatus> justEnded = new ArrayList<>();

  Ledger(List<StepStatus> steps) {
    this.steps = new ArrayList<>(steps);
  }

  /** The entries, in the order in which the steps were started. */
  public List<StepStatus> steps() {
    return List.copyOf(steps);
  }

  /**
   * The attempts whose end was noted since the ledger was opened, as they ended. An attempt that is
   * followed by another at once is not among {@link #steps}.
   */
  public List<StepStatus> justEnded() {
    return List.copyOf(justEnded);
  }

  /** The entry of a step. */
  public Optional<StepStatus> find(int trial, String name) {
    return steps.stream()
        .filter(step -> step.trial() == trial && step.name().equals(name))
        .findFirst();
  }

  /** Whether an attempt, or a later one of the same step, is known to have ended. */
  boolean hasEnded(int trial, String name, int attempt) {
    return find(trial, name)
        .filter(step -> step.attempt() > attempt || (step.attempt() == attempt && ended(step)))
        .isPresent();
  }

  /** Forgets the steps of trials from that one on. */
  void forgetFrom(int trial) {
    steps.removeIf(step -> step.trial() >= trial);
  }

  /** Forgets the inputs. */
  void forgetInputs() {
    steps.removeIf(step -> step.trial() == 0);
  }

  /** The attempts that have ended, as the planner wants them; URIs become absolute. */
  List<Attempt> attempts(String workspace) {
    List<Attempt> attempts = new ArrayList<>();
    for (StepStatus step : steps) {
      if (step.trial() == 0) {
        continue;
      }
      for (int number = 1; number < step.attempt(); number++) {
        attempts.add(Attempt.ended(step.trial(), step.name(), number, RETRIED));
      }
      if (ended(step)) {
        attempts.add(
            Attempt.ended(step.trial(), step.name(), step.attempt(), outcome(step, workspace)));
      }
    }
    return attempts;
  }

  /** Notes that the Job of an attempt is there. */
  public void started(int trial, String name, int attempt, String key, String job, String created) {
    int oomKills = find(trial, name).map(StepStatus::oomKills).orElse(0);
    put(
        entry(trial, name, StepStatus.State.RUNNING, attempt)
            .job(job)
            .oomKills(oomKills)
            .startTime(created)
            .key(key)
            .build());
  }

  /** Notes what a Job that has not ended says. */
  void observed(ObservedJob job, String key, String now) {
    Optional<StepStatus> known =
        find(job.trial(), job.step()).filter(step -> step.attempt() == job.attempt());
    if (known.isEmpty()) {
      started(job.trial(), job.step(), job.attempt(), key, job.name(), job.created());
    }
    StepStatus step = counted(find(job.trial(), job.step()).orElseThrow(), job.disrupted());
    put(step);
    if (job.reason() == null) {
      put(
          StepEntry.of(step)
              .state(StepStatus.State.RUNNING)
              .reason(null)
              .message(null)
              .waitingSince(null)
              .build());
    } else {
      waits(job.trial(), job.step(), job.attempt(), key, job.reason(), job.message(), now);
    }
  }

  /**
   * With the pods that were taken away and not counted yet. A drain deletes them, so how many there
   * are at a time tells nothing.
   */
  private static StepStatus counted(StepStatus step, List<String> disrupted) {
    Set<String> pods = new LinkedHashSet<>(step.disruptedPods());
    pods.addAll(disrupted);
    List<String> all = pods.stream().limit(StepStatus.MAX_DISRUPTIONS).toList();
    return all.equals(step.disruptedPods())
        ? step
        : StepEntry.of(step).disruptions(all.size(), all).build();
  }

  /** Notes that the pause before the next attempt begins. */
  void pauses(StepStatus ended, String now) {
    put(StepEntry.of(ended).waitingSince(now).build());
  }

  /** Notes that an attempt waits for something; since when is kept while the reason stays. */
  public void waits(
      int trial, String name, int attempt, String key, Reason reason, String message, String now) {
    StepStatus before =
        find(trial, name)
            .filter(step -> step.attempt() == attempt)
            .orElseGet(
                () ->
                    entry(trial, name, StepStatus.State.WAITING, attempt)
                        .key(key)
                        .oomKills(find(trial, name).map(StepStatus::oomKills).orElse(0))
                        .build());
    boolean same = before.reason() == reason && before.waitingSince() != null;
    put(
        StepEntry.of(before)
            .state(StepStatus.State.WAITING)
            .reason(reason)
            .message(text(message))
            .waitingSince(same ? before.waitingSince() : now)
            .build());
  }

  /**
   * Notes how an attempt ended.
   *
   * @param last whether no attempt may follow, whatever the retries
   * @param gates metrics that gates look at; others are not kept
   */
  public void ended(
      int trial, String name, Ending ending, boolean last, String now, List<String> gates) {
    StepStatus step = find(trial, name).orElseThrow();
    boolean done = ending.exit() == ExitCode.DONE;
    List<FileStatus> outputs =
        KEPT.stream()
            .flatMap(kept -> Optional.ofNullable(ending.outputs().get(kept)).stream())
            .map(file -> new FileStatus(file.name(), file.uri(), file.digest(), file.bytes()))
            .toList();
    Map<String, String> metrics = new TreeMap<>();
    for (String gate : gates) {
      Double value = ending.metrics().get(gate);
      if (value != null) {
        metrics.put(gate, value.toString());
      }
    }
    if (!metrics.isEmpty()) {
      dropMetrics(trial);
    }
    StepStatus end =
        StepEntry.of(step)
            .state(done ? StepStatus.State.SUCCEEDED : StepStatus.State.FAILED)
            .oomKills(step.oomKills() + (ending.reason() == Reason.STEP_OOM ? 1 : 0))
            .completionTime(now)
            .disruptions(step.disruptions(), List.of())
            .waitingSince(null)
            .last(last ? true : null)
            .exitCode(ending.exit().code())
            .reason(ending.reason())
            .message(done ? null : text(ending.message()))
            .outputs(done ? outputs : List.of())
            .metrics(done ? metrics : Map.of())
            .build();
    put(end);
    justEnded.add(end);
  }

  /** Whether the last attempt of a step has ended. */
  static boolean ended(StepStatus step) {
    return step.state() == StepStatus.State.SUCCEEDED || step.state() == StepStatus.State.FAILED;
  }

  /** How the last attempt of a step ended. */
  static ExitCode exit(StepStatus step) {
    return ExitCode.of(Objects.requireNonNullElse(step.exitCode(), ExitCode.INTERNAL.code()))
        .orElse(ExitCode.INTERNAL);
  }

  /** Whether another attempt of the step may end better. */
  static boolean retryable(StepStatus step) {
    return exit(step).retryable() && !Boolean.TRUE.equals(step.last());
  }

  private static Attempt.Outcome outcome(StepStatus step, String workspace) {
    String folder = Workspaces.output(workspace, Objects.requireNonNullElse(step.key(), ""));
    Map<String, Artifact> outputs = new LinkedHashMap<>();
    for (FileStatus file : step.outputs()) {
      outputs.put(
          file.name(),
          new Artifact(file.name(), folder + "/" + file.uri(), file.digest(), file.bytes()));
    }
    Map<String, Double> metrics = new TreeMap<>();
    step.metrics().forEach((name, value) -> metrics.put(name, Double.valueOf(value)));
    return new Attempt.Outcome(
        exit(step),
        Objects.requireNonNullElse(step.message(), ""),
        outputs,
        metrics,
        retryable(step));
  }

  /** Gates look at the last evaluate of a trial; the numbers of those before it may go. */
  private void dropMetrics(int trial) {
    steps.replaceAll(
        step ->
            step.trial() == trial && !step.metrics().isEmpty()
                ? StepEntry.of(step).metrics(Map.of()).build()
                : step);
  }

  private void put(StepStatus step) {
    for (int i = 0; i < steps.size(); i++) {
      StepStatus other = steps.get(i);
      if (other.trial().equals(step.trial()) && other.name().equals(step.name())) {
        steps.set(i, step);
        return;
      }
    }
    steps.add(step);
  }

  private static StepEntry entry(int trial, String name, StepStatus.State state, int attempt) {
    return new StepEntry(name, trial, attempt).state(state);
  }

  private static @Nullable String text(String message) {
    String line = dev.modelcompression.contract.Text.line(message, Ending.MAX_MESSAGE).strip();
    return line.isEmpty() ? null : line;
  }
}
