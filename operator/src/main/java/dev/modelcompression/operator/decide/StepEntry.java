package dev.modelcompression.operator.decide;

import dev.modelcompression.api.status.FileStatus;
import dev.modelcompression.api.status.Reason;
import dev.modelcompression.api.status.StepStatus;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A {@link StepStatus} that can still be changed. */
final class StepEntry {
  private final String name;
  private final Integer trial;
  private StepStatus.State state = StepStatus.State.WAITING;
  private final Integer attempt;
  private @Nullable String job;
  private int disruptions;
  private List<String> disruptedPods = List.of();
  private int oomKills;
  private @Nullable String startTime;
  private @Nullable String completionTime;
  private @Nullable String waitingSince;
  private @Nullable Boolean last;
  private @Nullable Integer exitCode;
  private @Nullable Reason reason;
  private @Nullable String message;
  private @Nullable String key;
  private List<FileStatus> outputs = List.of();
  private Map<String, String> metrics = Map.of();

  StepEntry(String name, int trial, int attempt) {
    this.name = name;
    this.trial = trial;
    this.attempt = attempt;
  }

  static StepEntry of(StepStatus step) {
    return new StepEntry(step.name(), step.trial(), step.attempt())
        .state(step.state())
        .job(step.job())
        .disruptions(step.disruptions(), step.disruptedPods())
        .oomKills(step.oomKills())
        .startTime(step.startTime())
        .completionTime(step.completionTime())
        .waitingSince(step.waitingSince())
        .last(step.last())
        .exitCode(step.exitCode())
        .reason(step.reason())
        .message(step.message())
        .key(step.key())
        .outputs(step.outputs())
        .metrics(step.metrics());
  }

  StepEntry state(StepStatus.State state) {
    this.state = state;
    return this;
  }

  StepEntry job(@Nullable String job) {
    this.job = job;
    return this;
  }

  StepEntry disruptions(int disruptions, List<String> pods) {
    this.disruptions = disruptions;
    this.disruptedPods = pods;
    return this;
  }

  StepEntry oomKills(int oomKills) {
    this.oomKills = oomKills;
    return this;
  }

  StepEntry startTime(@Nullable String startTime) {
    this.startTime = startTime;
    return this;
  }

  StepEntry completionTime(@Nullable String completionTime) {
    this.completionTime = completionTime;
    return this;
  }

  StepEntry waitingSince(@Nullable String waitingSince) {
    this.waitingSince = waitingSince;
    return this;
  }

  StepEntry last(@Nullable Boolean last) {
    this.last = last;
    return this;
  }

  StepEntry exitCode(@Nullable Integer exitCode) {
    this.exitCode = exitCode;
    return this;
  }

  StepEntry reason(@Nullable Reason reason) {
    this.reason = reason;
    return this;
  }

  StepEntry message(@Nullable String message) {
    this.message = message;
    return this;
  }

  StepEntry key(@Nullable String key) {
    this.key = key;
    return this;
  }

  StepEntry outputs(List<FileStatus> outputs) {
    this.outputs = outputs;
    return this;
  }

  StepEntry metrics(Map<String, String> metrics) {
    this.metrics = metrics;
    return this;
  }

  StepStatus build() {
    return new StepStatus(
        name,
        trial,
        state,
        attempt,
        job,
        disruptions,
        disruptedPods,
        oomKills,
        startTime,
        completionTime,
        waitingSince,
        last,
        exitCode,
        reason,
        message,
        key,
        outputs,
        metrics);
  }
}
