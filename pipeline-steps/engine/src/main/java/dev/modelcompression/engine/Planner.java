package dev.modelcompression.engine;

import dev.modelcompression.api.Metric;
import dev.modelcompression.api.Step;
import dev.modelcompression.api.StepType;
import dev.modelcompression.contract.Artifact;
import dev.modelcompression.contract.DatasetInput;
import dev.modelcompression.contract.ExitCode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Decides what a run does next. Pure: the same run and the same attempts give the same decision, so
 * a host may forget everything but the attempts and ask again.
 *
 * <p>The planner replays the run from its beginning over the known attempts and stops at the first
 * step that has not ended well. A step is started when the step before it is done, once more after
 * a retryable end while its retries last, and never while an attempt of it runs.
 */
public final class Planner {
  private final Run run;
  private final List<Attempt> attempts;
  private final List<TrialResult> results = new ArrayList<>();
  private final List<Trial.Ended> ended = new ArrayList<>();

  private Planner(Run run, List<Attempt> attempts) {
    this.run = run;
    this.attempts = attempts;
  }

  /**
   * Decides what to do next.
   *
   * @param attempts every attempt that is known, in any order
   */
  public static Decision decide(Run run, List<Attempt> attempts) {
    return new Planner(run, attempts).decide();
  }

  private Decision decide() {
    List<Step> declared = run.spec().steps();
    Optional<Trial> trial = Optional.of(Trial.AS_DECLARED);
    for (int number = 1; trial.isPresent() && number <= run.spec().tuning().maxTrials(); number++) {
      Optional<Decision> decision = replay(number, trial.get());
      if (decision.isPresent()) {
        return decision.get();
      }
      trial = Trial.next(declared, ended);
    }
    return Decision.finished(bestEffort(""));
  }

  /** Follows one trial. Empty when it ended with a gate that failed. */
  private Optional<Decision> replay(int number, Trial trial) {
    Plan plan = Plan.of(run.spec().steps(), trial);
    Artifact model = run.original().at(Artifact.MODEL, run.original().uri());
    Map<String, Double> metrics = Map.of();
    Map<String, Artifact> made = new LinkedHashMap<>();
    for (int i = 0; i < plan.steps().size(); i++) {
      Step step = plan.steps().get(i);
      List<Attempt> known = known(number, step.name());
      Optional<Attempt.Outcome> done =
          known.stream()
              .flatMap(attempt -> attempt.outcome().stream())
              .filter(outcome -> outcome.exit() == ExitCode.DONE)
              .findFirst();
      if (done.isEmpty()) {
        return notDone(number, trial, plan, i, known, model, made);
      }
      Artifact output = Artifact.model(done.get().outputs()).orElse(null);
      if (output == null && step.type().makesModel() && step.type() != StepType.CUSTOM) {
        return Optional.of(failed(step, ExitCode.INTERNAL, "ended well but put out no model"));
      }
      if (output != null && step.type().makesModel()) {
        model = output;
        made.put(step.name(), output);
      }
      metrics = step.type() == StepType.EVALUATE ? done.get().metrics() : metrics;
    }
    return judge(number, trial, model, metrics);
  }

  /** What to do about a step of which no attempt has ended well. */
  private Optional<Decision> notDone(
      int trialNumber,
      Trial trial,
      Plan plan,
      int index,
      List<Attempt> known,
      Artifact model,
      Map<String, Artifact> made) {
    Step step = plan.steps().get(index);
    if (known.stream().anyMatch(attempt -> attempt.outcome().isEmpty())) {
      return Optional.of(Decision.WAIT);
    }
    if (known.isEmpty()) {
      return Optional.of(start(trialNumber, plan, index, 1, model, made));
    }
    Attempt last = known.get(known.size() - 1);
    Attempt.Outcome outcome = last.outcome().orElseThrow();
    if (outcome.exit() == ExitCode.GATE_FAILED) {
      String message = "step '%s': %s".formatted(step.name(), outcome.message());
      end(trialNumber, trial, Trial.Outcome.QUALITY_FAILED, message, List.of(), null);
      return Optional.empty();
    }
    if (outcome.retryable() && known.size() <= step.retries()) {
      return Optional.of(start(trialNumber, plan, index, last.number() + 1, model, made));
    }
    String times = known.size() > 1 ? " on attempt " + known.size() : "";
    return Optional.of(failed(step, outcome.exit(), outcome.message() + times));
  }

  private Decision start(
      int trial, Plan plan, int index, int attempt, Artifact model, Map<String, Artifact> made) {
    Step step = plan.steps().get(index);
    Map<String, Artifact> inputs = new TreeMap<>(Map.of(Artifact.MODEL, model));
    if (Plan.needsOriginal(step)) {
      inputs.put(Artifact.ORIGINAL, run.original());
    }
    if (step.type() == StepType.EVALUATE) {
      // The report shows what each step did to the model, measured like the result itself.
      made.forEach((name, stage) -> inputs.put(Artifact.STAGE + name, stage));
    }
    Map<String, DatasetInput> datasets = new TreeMap<>(run.datasets());
    datasets.keySet().removeIf(name -> !Plan.needsDataset(step, name));
    return Decision.start(
        new StepStart(
            trial,
            index + 1,
            plan.steps().size(),
            step,
            attempt,
            StepKey.of(run, step, inputs, datasets),
            inputs,
            datasets),
        List.copyOf(results));
  }

  /** Ends a trial that ran to its end. Empty when a gate failed and there may be another trial. */
  private Optional<Decision> judge(
      int number, Trial trial, Artifact model, Map<String, Double> metrics) {
    List<GateResult> gates = GateEvaluator.evaluate(run.spec().gates(), metrics);
    List<GateResult> failed = gates.stream().filter(gate -> !gate.passed()).toList();
    String message =
        gates.isEmpty()
            ? "done; no gates were declared"
            : failed.isEmpty()
                ? "all %d gates passed".formatted(gates.size())
                : "%d of %d gates failed: %s"
                    .formatted(
                        failed.size(),
                        gates.size(),
                        String.join("; ", failed.stream().map(GateResult::message).toList()));
    boolean quality = failed.stream().anyMatch(gate -> !isCost(gate.metric()));
    boolean cost = failed.stream().anyMatch(gate -> isCost(gate.metric()));
    Trial.Outcome outcome =
        quality && cost
            ? Trial.Outcome.BOTH_FAILED
            : cost ? Trial.Outcome.COST_FAILED : Trial.Outcome.QUALITY_FAILED;
    end(number, trial, outcome, message, gates, model);
    if (failed.isEmpty()) {
      return Optional.of(
          Decision.finished(
              new Verdict(ExitCode.DONE, message, number, model, gates, List.copyOf(results))));
    }
    if (failed.stream().anyMatch(gate -> gate.value() == null)) {
      return Optional.of(
          Decision.finished(bestEffort("; a gate without a number cannot be tuned")));
    }
    return Optional.empty();
  }

  private static boolean isCost(Metric metric) {
    return metric.lowerIsBetter() || metric == Metric.THROUGHPUT;
  }

  private void end(
      int number,
      Trial trial,
      Trial.Outcome outcome,
      String message,
      List<GateResult> gates,
      @Nullable Artifact model) {
    boolean passed = model != null && gates.stream().allMatch(GateResult::passed);
    results.add(
        new TrialResult(number, trial.describe(run.spec().steps()), passed, message, gates, model));
    ended.add(new Trial.Ended(trial, outcome));
  }

  /** A step failed for good: the run with it, unless an earlier trial has left a model to keep. */
  private Decision failed(Step step, ExitCode exit, String message) {
    String what =
        "step '%s' ended with %d (%s): %s"
            .formatted(step.name(), exit.code(), exit.title(), message);
    if (results.stream().anyMatch(result -> result.model() != null)) {
      return Decision.finished(bestEffort("; then " + what));
    }
    return Decision.finished(new Verdict(exit, what, 0, null, List.of(), List.copyOf(results)));
  }

  /** The trial that came closest: fewest gates failed, then least beyond the limits, then first. */
  private Verdict bestEffort(String why) {
    Comparator<TrialResult> closest =
        Comparator.<TrialResult>comparingLong(
                result -> result.gates().stream().filter(gate -> !gate.passed()).count())
            .thenComparingDouble(
                result -> result.gates().stream().mapToDouble(GateResult::excess).sum())
            .thenComparingInt(TrialResult::trial);
    Optional<TrialResult> best =
        results.stream().filter(result -> result.model() != null).min(closest);
    String tried = results.size() == 1 ? "" : " after " + results.size() + " trials";
    return best.map(
            result ->
                new Verdict(
                    ExitCode.GATE_FAILED,
                    result.message()
                        + tried
                        + "; the best effort, trial "
                        + result.trial()
                        + ", is kept"
                        + why,
                    result.trial(),
                    result.model(),
                    result.gates(),
                    List.copyOf(results)))
        .orElseGet(
            () ->
                new Verdict(
                    ExitCode.GATE_FAILED,
                    results.get(results.size() - 1).message() + tried + why,
                    0,
                    null,
                    List.of(),
                    List.copyOf(results)));
  }

  private List<Attempt> known(int trial, String step) {
    return attempts.stream()
        .filter(attempt -> attempt.trial() == trial && attempt.step().equals(step))
        .sorted(Comparator.comparingInt(Attempt::number))
        .toList();
  }
}
