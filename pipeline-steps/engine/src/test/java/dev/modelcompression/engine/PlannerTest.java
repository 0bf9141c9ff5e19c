package dev.modelcompression.engine;

import static dev.modelcompression.engine.Fixtures.GATES;
import static dev.modelcompression.engine.Fixtures.STEPS;
import static dev.modelcompression.engine.Fixtures.done;
import static dev.modelcompression.engine.Fixtures.drive;
import static dev.modelcompression.engine.Fixtures.exit;
import static dev.modelcompression.engine.Fixtures.metrics;
import static dev.modelcompression.engine.Fixtures.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.modelcompression.api.PruneSettings;
import dev.modelcompression.api.QuantizeSettings;
import dev.modelcompression.api.Step;
import dev.modelcompression.contract.DatasetInput;
import dev.modelcompression.contract.ExitCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PlannerTest {
  private final List<StepStart> started = new ArrayList<>();

  @Test
  void startsStepsInOrderEachOnTheModelBeforeIt() {
    Verdict verdict =
        drive(
            run(STEPS),
            start -> {
              started.add(start);
              return done(start);
            });

    assertThat(started)
        .extracting(start -> start.step().name())
        .containsExactly("analyze", "prune", "fine-tune", "quantize", "evaluate");
    assertThat(started.get(1).inputs())
        .containsEntry("model", run(STEPS).original().at("model", "file:///net.onnx"));
    assertThat(started.get(2).inputs().get("model"))
        .isEqualTo(done(started.get(1)).outputs().get("model"));
    assertThat(verdict.model()).isEqualTo(started.get(4).inputs().get("model"));
    assertThat(verdict.exit()).isEqualTo(ExitCode.DONE);
  }

  @Test
  void aStepGetsWhatItNeedsAndNoMore() {
    drive(
        run(STEPS),
        start -> {
          started.add(start);
          return done(start);
        });

    assertThat(started)
        .extracting(start -> start.inputs().keySet(), start -> start.datasets().keySet())
        .containsExactly(
            tuple(Set.of("model"), Set.of("calibration")),
            tuple(Set.of("model"), Set.of("training")),
            tuple(Set.of("model", "original"), Set.of("training")),
            tuple(Set.of("model"), Set.of("calibration")),
            tuple(
                Set.of("model", "original", "stage.prune", "stage.fine-tune", "stage.quantize"),
                Set.of("evaluation")));
    assertThat(started.get(0).datasets().values())
        .extracting(DatasetInput::samples)
        .containsExactly(64);
  }

  @Test
  void aRunningStepIsNeverStartedAgain() {
    Decision decision = Planner.decide(run(STEPS), List.of(Attempt.running(1, "analyze", 1)));

    assertThat(decision).isEqualTo(Decision.WAIT);
  }

  @Test
  void aRetryWaitsForAnAttemptThatStillRuns() {
    Decision decision =
        Planner.decide(
            run(STEPS),
            List.of(
                Attempt.running(1, "analyze", 1),
                Attempt.ended(1, "analyze", 2, exit(ExitCode.KILLED))));

    assertThat(decision).isEqualTo(Decision.WAIT);
  }

  @Test
  void aDoneAttemptCountsWhateverOthersDid() {
    Decision decision =
        Planner.decide(
            run(STEPS),
            List.of(
                Attempt.ended(1, "analyze", 2, exit(ExitCode.TRY_AGAIN)),
                Attempt.ended(1, "analyze", 1, exit(ExitCode.DONE))));

    assertThat(decision.start()).extracting(start -> start.step().name()).containsExactly("prune");
  }

  @ParameterizedTest
  @CsvSource({
    "TRY_AGAIN,   4",
    "KILLED,      4",
    "TERMINATED,  4",
    "BAD_REQUEST, 1",
    "BAD_INPUT,   1",
    "UNSUPPORTED, 1",
    "INTERNAL,    1",
    "GATE_FAILED, 1"
  })
  void onlyEndsThatMayPassAreTriedAgainAndNotForEver(ExitCode exit, int attempts) {
    Verdict verdict =
        drive(
            run(STEPS),
            start -> {
              started.add(start);
              return exit(exit);
            });

    assertThat(started)
        .extracting(StepStart::attempt)
        .containsExactlyElementsOf(IntStream.rangeClosed(1, attempts).boxed().toList());
    assertThat(verdict.exit()).isEqualTo(exit);
    assertThat(verdict.message()).contains("step 'analyze'").contains("because");
    assertThat(verdict.model()).isNull();
  }

  @Test
  void aStepThatShouldMakeAModelAndDoesNotIsABug() {
    Verdict verdict = drive(run(STEPS), start -> exit(ExitCode.DONE));

    assertThat(verdict.exit()).isEqualTo(ExitCode.INTERNAL);
    assertThat(verdict.message()).contains("step 'prune'").contains("put out no model");
  }

  @Test
  void roundsOfPruningReachTheRatioTogether() {
    drive(
        run(STEPS.replace("ratio: 0.4", "ratio: 0.4, iterations: 3")),
        start -> {
          started.add(start);
          return done(start);
        });

    assertThat(started)
        .extracting(start -> start.step().name())
        .containsExactly(
            "analyze",
            "prune-1",
            "fine-tune-1",
            "prune-2",
            "fine-tune-2",
            "prune-3",
            "fine-tune-3",
            "quantize",
            "evaluate");
    double left = 1;
    for (StepStart start : started) {
      if (start.step().settings() instanceof PruneSettings prune) {
        assertThat(prune.iterations()).isEqualTo(1);
        left *= 1 - prune.ratio();
      }
    }
    assertThat(left).isCloseTo(0.6, Offset.offset(1e-12));
  }

  @Test
  void lostAccuracyMakesTheNextTrialGentler() {
    Verdict verdict =
        drive(
            run(STEPS, GATES, "  tuning: {maxTrials: 3}\n"),
            start -> evaluated(start, start.trial() < 3 ? metrics(0.8, 200) : metrics(0.9, 250)));

    assertThat(verdict.exit()).isEqualTo(ExitCode.DONE);
    assertThat(verdict.trial()).isEqualTo(3);
    assertThat(ratios()).containsExactly(0.4, 0.3, 0.225);
    assertThat(calibrators())
        .containsExactly(
            QuantizeSettings.Calibrator.MSE,
            QuantizeSettings.Calibrator.ENTROPY,
            QuantizeSettings.Calibrator.PERCENTILE);
    assertThat(verdict.trials())
        .extracting(TrialResult::settings)
        .containsExactly(
            "settings as declared",
            "prune ratio 0.3; quantize calibrator Entropy",
            "prune ratio 0.225; quantize calibrator Percentile");
  }

  @Test
  void aModelThatIsTooLargeMakesTheNextTrialStronger() {
    drive(
        run(STEPS, GATES, "  tuning: {maxTrials: 4}\n"),
        start ->
            evaluated(
                start,
                switch (start.trial()) {
                  case 1 -> metrics(0.9, 900);
                  case 2 -> metrics(0.9, 500);
                  case 3 -> metrics(0.5, 200);
                  default -> metrics(0.9, 200);
                }));

    assertThat(ratios()).as("then halfway back").containsExactly(0.4, 0.5, 0.625, 0.5625);
  }

  @Test
  void theBestEffortIsKeptWhenNothingPasses() {
    Verdict verdict =
        drive(
            run(STEPS, GATES, "  tuning: {maxTrials: 3}\n"),
            start ->
                evaluated(
                    start,
                    switch (start.trial()) {
                      case 1 -> metrics(0.5, 200);
                      case 2 -> metrics(0.88, 200);
                      default -> metrics(0.7, 200);
                    }));

    assertThat(verdict.exit()).isEqualTo(ExitCode.GATE_FAILED);
    assertThat(verdict.trial()).isEqualTo(2);
    assertThat(verdict.model()).isNotNull();
    assertThat(verdict.trials()).hasSize(3);
    assertThat(verdict.message())
        .contains("top1 maxDrop 0.01: 0.02, missed by 0.01")
        .contains("after 3 trials; the best effort, trial 2, is kept");
  }

  @Test
  void tuningEndsWhenNothingIsLeftToChange() {
    Verdict verdict =
        drive(
            run(
                """
                  steps:
                  - {name: dynamic, quantize: {mode: Dynamic}}
                  - {name: evaluate, evaluate: {}}
                """,
                GATES,
                "  tuning: {maxTrials: 16}\n"),
            start -> evaluated(start, metrics(0.5, 200)));

    assertThat(verdict.trials()).hasSize(1);
  }

  @Test
  void aGateWithoutANumberEndsTheRun() {
    Verdict verdict =
        drive(
            run(STEPS, GATES, "  tuning: {maxTrials: 4}\n"),
            start -> evaluated(start, Map.of("result.sizeBytes", 1.0)));

    assertThat(verdict.exit()).isEqualTo(ExitCode.GATE_FAILED);
    assertThat(verdict.trials()).hasSize(1);
    assertThat(verdict.gates()).noneMatch(GateResult::passed);
    assertThat(verdict.message()).contains("no number was measured");
  }

  @Test
  void aLaterTrialThatBreaksDoesNotTakeTheEarlierModelAway() {
    Verdict verdict =
        drive(
            run(STEPS, GATES, "  tuning: {maxTrials: 4}\n"),
            start ->
                start.trial() == 2
                    ? exit(ExitCode.UNSUPPORTED)
                    : evaluated(start, metrics(0.5, 200)));

    assertThat(verdict.exit()).isEqualTo(ExitCode.GATE_FAILED);
    assertThat(verdict.trial()).isEqualTo(1);
    assertThat(verdict.model()).isNotNull();
    assertThat(verdict.message()).contains("then step 'analyze' ended with 69 (unsupported)");
  }

  @ParameterizedTest
  @EnumSource(ExitCode.class)
  void aTerminalVerdictStartsNothing(ExitCode exit) {
    Run run = run(STEPS);
    List<Attempt> attempts = new ArrayList<>();
    for (int number = 1; number <= 4; number++) {
      attempts.add(Attempt.ended(1, "analyze", number, exit(exit)));
    }
    Decision decision = Planner.decide(run, attempts);

    assertThat(decision.start().isEmpty()).isEqualTo(decision.verdict().isPresent());
    assertThat(decision.verdict().isPresent()).isEqualTo(exit != ExitCode.DONE);
  }

  @Test
  void onlyWhatDecidesAResultChangesItsKey() {
    StepKey key = firstPrune(STEPS);
    assertThat(firstPrune(STEPS.replace("name: prune,", "name: other, timeout: 1m, retries: 0,")))
        .isEqualTo(key);
    assertThat(firstPrune(STEPS, GATES)).isEqualTo(key);
    assertThat(firstPrune(STEPS.replace("epochs: 1", "epochs: 2"))).isEqualTo(key);
    assertThat(firstPrune(STEPS.replace("ratio: 0.4", "ratio: 0.5"))).isNotEqualTo(key);
    assertThat(firstPrune(STEPS, "  seed: 1\n")).isNotEqualTo(key);
    assertThat(firstPrune(STEPS, "  restartNonce: again\n")).isNotEqualTo(key);
    assertThat(firstPrune(Fixtures.run(Fixtures.spec(STEPS), "1.0", 3))).isNotEqualTo(key);
    assertThat(firstPrune(Fixtures.run(Fixtures.spec(STEPS), "1.1", 2))).isNotEqualTo(key);
  }

  @Test
  void aRunIsIdentifiedByWhatDecidesItsResult() {
    Run run = run(STEPS);
    assertThat(run.id()).matches("[0-9a-f]{16}").isEqualTo(run(STEPS).id());
    assertThat(run(STEPS, GATES).id()).isNotEqualTo(run.id());
    assertThat(Fixtures.run(run.spec(), run.tool(), 3).id()).isNotEqualTo(run.id());
    assertThat(Fixtures.run(run.spec(), "1.1", run.threads()).id()).isNotEqualTo(run.id());
    assertThat(
            run(
                    STEPS,
                    "  workspace: {uri: 'file:///elsewhere'}\n",
                    "  release: {traffic: {provider: ReplicaRatio}, analysis: {dataset: {uri: d.npz},"
                        + " metrics: [{name: errorRate, max: 0.1}]}}\n")
                .id())
        .isEqualTo(run.id());
  }

  @Test
  void aFileThatIsNotWhatTheSpecPinsIsRefused() {
    String pinned = "sha256:" + "0".repeat(64);
    assertThatThrownBy(
            () -> run(Fixtures.specOf("{uri: net.onnx, digest: '" + pinned + "'}", STEPS)))
        .hasMessageStartingWith("spec.model.digest: file:///net.onnx has sha256:")
        .hasMessageEndingWith(
            ", computed over the file and, where it has some, its external data, expected "
                + pinned);
  }

  private static StepKey firstPrune(String... members) {
    return firstPrune(run(members));
  }

  private static StepKey firstPrune(Run run) {
    return Planner.decide(run, List.of(Attempt.ended(1, "analyze", 1, exit(ExitCode.DONE))))
        .start()
        .get(0)
        .key();
  }

  private Attempt.Outcome evaluated(StepStart start, Map<String, Double> metrics) {
    started.add(start);
    Attempt.Outcome done = done(start);
    return start.step().name().equals("evaluate")
        ? new Attempt.Outcome(done.exit(), done.message(), done.outputs(), metrics)
        : done;
  }

  private List<Double> ratios() {
    return started.stream()
        .map(StepStart::step)
        .map(Step::settings)
        .filter(PruneSettings.class::isInstance)
        .map(settings -> ((PruneSettings) settings).ratio())
        .toList();
  }

  private List<QuantizeSettings.Calibrator> calibrators() {
    return started.stream()
        .map(StepStart::step)
        .map(Step::settings)
        .filter(QuantizeSettings.class::isInstance)
        .map(settings -> ((QuantizeSettings) settings).calibrator())
        .toList();
  }

  /** Where a step runs and how much memory it gets decides nothing about its result. */
  @Test
  void whatOnlyAClusterLooksAtIsNotPartOfARun() {
    Run plain = Fixtures.run("  steps:\n  - {name: optimize, optimize: {}}\n");
    Run placed =
        Fixtures.run(
            """
              suspend: true
              ttlAfterFinished: 1h
              podTemplate: {nodeSelector: {arch: arm64}}
              steps:
              - {name: optimize, resources: {limits: {memory: 8Gi}}, optimize: {}}
            """);
    assertThat(placed.id()).isEqualTo(plain.id());
    assertThat(Planner.decide(placed, List.of()).start().get(0).key())
        .isEqualTo(Planner.decide(plain, List.of()).start().get(0).key());
  }
}
