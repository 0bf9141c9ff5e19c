package dev.modelcompression.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.contract.Artifact;
import dev.modelcompression.contract.ExitCode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;

/** Whatever steps do, and in whatever order their ends become known, these hold. */
class PlannerPropertyTest {
  private static final int RETRIES = 3;

  /** By iterations and most trials: reading a spec takes longer than deciding about it. */
  private static final Map<List<Integer>, Run> RUNS = new HashMap<>();

  @Provide
  Arbitrary<List<ExitCode>> exits() {
    return Arbitraries.frequency(
            Tuple.of(12, ExitCode.DONE),
            Tuple.of(3, ExitCode.TRY_AGAIN),
            Tuple.of(1, ExitCode.KILLED),
            Tuple.of(1, ExitCode.GATE_FAILED),
            Tuple.of(1, ExitCode.BAD_INPUT))
        .list()
        .ofSize(64);
  }

  @Property(tries = 200)
  void startsOnlyWhatIsReadyAndAlwaysEnds(
      @ForAll("exits") List<ExitCode> exits,
      @ForAll @IntRange(min = 1, max = 4) int iterations,
      @ForAll @IntRange(min = 1, max = 5) int maxTrials,
      @ForAll long seed) {
    Run run = RUNS.computeIfAbsent(List.of(iterations, maxTrials), PlannerPropertyTest::run);
    Random random = new Random(seed);
    List<Attempt> attempts = new ArrayList<>();
    Set<String> startedOnce = new HashSet<>();
    Set<Artifact> published = new HashSet<>(Set.of(run.original()));
    published.add(run.original().at("model", run.original().uri()));
    int limit = maxTrials * (5 + 2 * iterations) * (RETRIES + 1);

    Decision decision = Planner.decide(run, attempts);
    for (int i = 0; decision.verdict().isEmpty(); i++) {
      assertThat(i).as("ends").isLessThanOrEqualTo(limit);
      assertThat(decision.start()).as("makes progress").hasSize(1);
      StepStart start = decision.start().get(0);
      String name = start.trial() + "/" + start.step().name();
      assertThat(startedOnce.add(name + "/" + start.attempt())).as("never twice").isTrue();
      assertThat(start.attempt()).isLessThanOrEqualTo(RETRIES + 1);
      assertThat(published).as("inputs are there").containsAll(start.inputs().values());

      List<Attempt> withRunning = new ArrayList<>(attempts);
      withRunning.add(Attempt.running(start.trial(), start.step().name(), start.attempt()));
      assertThat(Planner.decide(run, withRunning))
          .as("never beside itself")
          .isEqualTo(Decision.WAIT);

      Attempt.Outcome outcome = outcome(start, exits.get(i % exits.size()), random);
      published.addAll(outcome.outputs().values());
      attempts.add(Attempt.ended(start.trial(), start.step().name(), start.attempt(), outcome));
      Collections.shuffle(attempts, random);
      decision = Planner.decide(run, attempts);
      assertThat(Planner.decide(run, List.copyOf(attempts))).as("pure").isEqualTo(decision);
    }
    Verdict verdict = decision.verdict().get();
    assertThat(verdict.trials()).hasSizeLessThanOrEqualTo(maxTrials);
    assertThat(verdict.passed()).isEqualTo(verdict.exit() == ExitCode.DONE);
    if (verdict.model() != null) {
      assertThat(published).contains(verdict.model());
    }
    if (verdict.passed()) {
      assertThat(verdict.gates()).isNotEmpty().allMatch(GateResult::passed);
    }
  }

  private static Run run(List<Integer> size) {
    return Fixtures.run(
        Fixtures.STEPS.replace("ratio: 0.4", "ratio: 0.4, iterations: " + size.get(0)),
        Fixtures.GATES,
        "  tuning: {maxTrials: " + size.get(1) + "}\n");
  }

  private static Attempt.Outcome outcome(StepStart start, ExitCode exit, Random random) {
    if (exit != ExitCode.DONE) {
      return Fixtures.exit(exit);
    }
    Attempt.Outcome done = Fixtures.done(start);
    Map<String, Double> metrics =
        Fixtures.metrics(0.85 + random.nextDouble() * 0.1, random.nextDouble() * 600);
    return new Attempt.Outcome(done.exit(), done.message(), done.outputs(), metrics);
  }
}
