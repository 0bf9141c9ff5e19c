package dev.modelcompression.operator.release.decide;

import dev.modelcompression.api.release.ModelRelease;
import dev.modelcompression.api.release.ReleaseSpec;
import dev.modelcompression.api.release.status.Evidence;
import dev.modelcompression.api.release.status.MetricStatus;
import dev.modelcompression.api.release.status.ModelReleaseStatus;
import dev.modelcompression.api.release.status.ReleasePhase;
import dev.modelcompression.api.release.status.SideStatus;
import dev.modelcompression.api.release.status.Verdict;
import dev.modelcompression.api.status.Condition;
import dev.modelcompression.contract.ContractJson;
import dev.modelcompression.contract.ProbeReport;
import dev.modelcompression.contract.WriteBackReport;
import dev.modelcompression.operator.report.Transition;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * A release on paper: a cluster that does at once what a written status asks for, and measurements
 * that say what a test wants. Time passes only when the decider waits for it.
 */
final class ReleaseOnPaper {
  static final String OLD = "sha256:" + "a".repeat(64);
  static final String NEW = "sha256:" + "b".repeat(64);
  private static final Instant BEGIN = Instant.parse("2026-11-22T10:00:00Z");

  final ModelRelease release = new ModelRelease();
  final List<Transition> events = new ArrayList<>();
  final List<ReleasePhase> phases = new ArrayList<>();
  final List<Integer> weights = new ArrayList<>();
  Instant now = BEGIN;
  boolean baselineReady = true;
  boolean candidateReady = true;

  /** Workloads that no pod of is ready, whatever becomes of others. */
  final Set<String> unready = new HashSet<>();

  int candidatePods = 1;
  boolean mirrors;
  boolean atWork;
  boolean accepted = true;
  Optional<Integer> liveWeight = Optional.empty();
  Verdict verdict = Verdict.PASS;
  boolean measurable = true;
  Optional<WriteBackReport> written = Optional.empty();
  Optional<String> command = Optional.empty();
  Optional<String> problem = Optional.empty();
  Observation.Model candidate = model(NEW);
  private Optional<Integer> round = Optional.empty();
  private Optional<Integer> writing = Optional.empty();
  boolean reporting;
  Observation.Reported report = Observation.Reported.AT_WORK;
  private String declared = OLD;

  ReleaseOnPaper(String spec) {
    release.setMetadata(
        new ObjectMetaBuilder()
            .withName("net")
            .withNamespace("ns")
            .withUid("uid")
            .withGeneration(1L)
            .build());
    release.setSpec(spec(spec, OLD));
  }

  static ReleaseOnPaper usual() {
    return new ReleaseOnPaper("");
  }

  static Observation.Model model(String digest) {
    return new Observation.Model("pvc://m/" + digest.charAt(7), digest, "net-" + digest.charAt(7));
  }

  /** The spec is edited. */
  void edit(String more, String baseline) {
    release.getMetadata().setGeneration(release.getMetadata().getGeneration() + 1);
    declared = baseline;
    release.setSpec(spec(more, baseline));
  }

  /** As many failed measurements are forgiven. */
  void limitFailures(int limit) {
    var json =
        (com.fasterxml.jackson.databind.node.ObjectNode) ContractJson.tree(release.getSpec());
    json.withObject("/analysis").put("failureLimit", limit);
    release.setSpec(ContractJson.read(json.toString(), ReleaseSpec.class, "spec"));
  }

  private static ReleaseSpec spec(String more, String baseline) {
    String json =
        """
        {"baseline": {"model": {"uri": "pvc://m/a", "digest": "%s"}},
         "candidate": {"model": {"uri": "pvc://m/b", "digest": "%s"}},
         "traffic": {"gateway": {"name": "public"}, "weights": [10, 50, 100], "stepDuration": "2m"},
         "analysis": {"interval": "30s", "dataset": {"uri": "pvc://d/t.npz"},
                      "metrics": [{"name": "accuracy", "maxDrop": 0.01}],
                      "inconclusiveLimit": 3}%s}
        """
            .formatted(baseline, NEW, more.isEmpty() ? "" : ", " + more);
    return ContractJson.read(json, ReleaseSpec.class, "spec");
  }

  ModelReleaseStatus status() {
    return Objects.requireNonNullElse(release.getStatus(), ModelReleaseStatus.NONE);
  }

  /** How a condition stands that has to be there. */
  Condition.Status condition(Condition.Type type) {
    return status().condition(type).orElseThrow().status();
  }

  /** One look, and what follows from it. Whether anything was written. */
  boolean turn() {
    Decision decision = ReleaseDecider.decide(release, seen(), this::judge);
    boolean changed = !decision.status().equals(status());
    if (changed) {
      events.addAll(decision.events());
    }
    release.setStatus(decision.status());
    note(decision.status());
    Desired desired = Desired.of(release.getSpec(), decision.status());
    if (accepted
        && !decision.another()
        && (desired.weight() == 0
            ? baselineAnswers() || liveWeight.isEmpty()
            : candidateAnswers()
                && (desired.weight() <= liveWeight.orElse(0)
                    || candidatePods >= Desired.podsFor(release.getSpec(), desired.weight())))) {
      liveWeight = Optional.of(desired.weight());
    }
    if (decision.another()) {
      return true;
    }
    round = desired.round();
    writing = desired.writing();
    reporting = desired.reporting();
    if (!changed) {
      now = now.plus(decision.again().orElse(Duration.ofHours(1)));
    }
    return changed;
  }

  /** Goes on until that phase is reached. */
  void until(ReleasePhase phase) {
    for (int i = 0; i < 10_000; i++) {
      if (status().phase() == phase) {
        return;
      }
      turn();
    }
    throw new AssertionError("never " + phase + ": " + phases + ", " + status().message());
  }

  /** Goes on until nothing is written any more. */
  void settle() {
    for (int i = 0; i < 1_000; i++) {
      if (!turn()) {
        return;
      }
    }
    throw new AssertionError("writes for ever: " + status());
  }

  /** Goes on until the route has that weight, and the status says so. */
  void settleAt(int weight) {
    for (int i = 0; i < 1_000 && status().stepTime() == null; i++) {
      turn();
    }
    if (!Objects.equals(status().weight(), weight)) {
      throw new AssertionError("weight " + status().weight() + ", expected " + weight);
    }
  }

  private void note(ModelReleaseStatus status) {
    ReleasePhase phase = Objects.requireNonNull(status.phase());
    if (phases.isEmpty() || phases.get(phases.size() - 1) != phase) {
      phases.add(phase);
    }
    Integer weight = status.weight();
    if (weight != null && (weights.isEmpty() || !weights.get(weights.size() - 1).equals(weight))) {
      weights.add(weight);
    }
  }

  private Observation seen() {
    return new Observation(
        model(declared),
        Optional.of(candidate),
        "",
        problem,
        baselineAnswers() ? Observation.Baseline.READY : Observation.Baseline.NOT_READY,
        candidateAnswers() ? candidatePods : 0,
        "",
        mirrors,
        new Observation.Route(liveWeight, accepted && liveWeight.isPresent(), "not accepted"),
        probe(),
        writing.isPresent() && written.isPresent()
            ? new Observation.Writing(true, written, "")
            : Observation.Writing.AT_WORK,
        reporting ? report : Observation.Reported.AT_WORK,
        command,
        now);
  }

  private boolean baselineAnswers() {
    SideStatus running = status().baseline();
    return baselineReady
        && !unready.contains(running == null ? model(declared).workload() : running.workload());
  }

  /** Nobody looks at a candidate before the status names it. */
  private boolean candidateAnswers() {
    SideStatus running = status().candidate();
    return candidateReady && running != null && !unready.contains(running.workload());
  }

  private Observation.Probe probe() {
    if (round.isEmpty() || atWork) {
      return Observation.Probe.AT_WORK;
    }
    return measurable
        ? new Observation.Probe(true, Optional.of(report(round.get())), "")
        : Observation.Probe.nothing("no pod");
  }

  private ProbeReport report(int number) {
    return ContractJson.read(
        """
        {"version": "v1", "runId": "%s", "round": %d, "population": 100,
         "baseline": {"requests": 10, "errors": 0, "correct": 9, "p50": {"value": 1.0, "logError": 0.1}, "p99": {"value": 2.0, "logError": 0.1}},
         "candidate": {"requests": 10, "errors": 0, "correct": 9, "p50": {"value": 1.0, "logError": 0.1}, "p99": {"value": 2.0, "logError": 0.1}},
         "pairs": {"count": 10, "agree": 10, "onlyBaselineRight": 0, "onlyCandidateRight": 0,
                   "p50Ratio": {"value": 1.0, "logError": 0.1}, "p99Ratio": {"value": 1.0, "logError": 0.1}},
         "queries": {}}
        """
            .formatted(status().runId(), number),
        ProbeReport.class,
        "report");
  }

  private Judge.Judgement judge(
      dev.modelcompression.api.release.Analysis analysis,
      Evidence before,
      ProbeReport report,
      int look,
      boolean traffic) {
    return new Judge.Judgement(
        Evidence.NONE,
        List.of(
            new MetricStatus(
                "accuracy", verdict, "0.9", "0.9", "0", "0", 10L, "accuracy is " + verdict)),
        verdict);
  }

  /** Reasons of the Events so far. */
  List<String> told() {
    return events.stream().map(event -> event.reason().text()).toList();
  }

  void annotate(String text) {
    command = Optional.of(text);
    release.getMetadata().setAnnotations(Map.of(ReleaseDecider.COMMAND, text));
  }
}
