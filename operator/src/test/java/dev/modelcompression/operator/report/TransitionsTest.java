package dev.modelcompression.operator.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.api.status.ModelCompressionStatus;
import dev.modelcompression.api.status.Phase;
import dev.modelcompression.api.status.Reason;
import dev.modelcompression.api.status.StepStatus;
import dev.modelcompression.api.status.TrialStatus;
import java.util.List;
import org.junit.jupiter.api.Test;

class TransitionsTest {
  @Test
  void nothingHappensBetweenAStatusAndItself() {
    for (ModelCompressionStatus status :
        List.of(
            Samples.running("r-1", Samples.done("prune", 1, 1), Samples.step("evaluate", 1, 2)),
            Samples.ended("r-1", Reason.BAD_INPUT, List.of()))) {
      assertThat(Transitions.between(status, status, List.of())).isEmpty();
    }
  }

  @Test
  void aRunBeginsAndAnEditEndsIt() {
    assertThat(told(Samples.running(null), Samples.running("r-1"))).containsExactly("RunStarted");
    assertThat(told(Samples.running("r-1"), Samples.running("r-2")))
        .containsExactly("RunSuperseded", "RunStarted");
  }

  @Test
  void aStepThatEndsWellIsToldOnce() {
    ModelCompressionStatus after =
        Samples.running("r-1", Samples.done("prune", 1, 1), Samples.step("evaluate", 1, 1));
    assertThat(told(Samples.running("r-1", Samples.step("prune", 1, 1)), after))
        .containsExactly("StepSucceeded");
  }

  @Test
  void anotherAttemptTellsWhatBecameOfTheOneBefore() {
    List<Transition> happened =
        Transitions.between(
            Samples.running("r-1", Samples.step("prune", 1, 1)),
            Samples.running("r-1", Samples.step("prune", 1, 2)),
            List.of(Samples.failed("prune", 1, 1, Reason.STEP_OOM, "killed with 1Gi")));
    assertThat(happened)
        .singleElement()
        .satisfies(
            retry -> {
              assertThat(retry.reason()).isEqualTo(Reason.STEP_RETRIED);
              assertThat(retry.warning()).isTrue();
              assertThat(retry.message())
                  .isEqualTo(
                      "step prune is started again, attempt 2; before: StepOOM: killed with 1Gi");
            });
  }

  /** Nothing is exhausted yet, and whoever is called for Warnings is called once. */
  @Test
  void anEndThatMayPassIsToldWithTheAttemptAfterThePause() {
    StepStatus failed = Samples.failed("prune", 1, 1, Reason.RETRIES_EXHAUSTED, "store away");
    ModelCompressionStatus pause = Samples.running("r-1", failed);
    assertThat(
            Transitions.between(
                Samples.running("r-1", Samples.step("prune", 1, 1)), pause, List.of(failed)))
        .isEmpty();
    assertThat(
            Transitions.between(
                pause, Samples.running("r-1", Samples.step("prune", 1, 2)), List.of()))
        .extracting(Transition::message)
        .containsExactly("step prune is started again, attempt 2; before: store away");
  }

  @Test
  void whatAStepWaitsForIsToldAsAWarning() {
    StepStatus waits = Samples.waiting("prune", 1, 1, Reason.IMAGE_PULL_FAILED, "no such image");
    assertThat(
            Transitions.between(
                Samples.running("r-1", Samples.step("prune", 1, 1)),
                Samples.running("r-1", waits),
                List.of()))
        .singleElement()
        .satisfies(
            told -> {
              assertThat(told.warning()).isTrue();
              assertThat(told.message()).isEqualTo("step prune: no such image");
            });
  }

  @Test
  void aTrialThatIsFollowedByAnotherIsTold() {
    ModelCompressionStatus after =
        Samples.status(
            "r-1",
            Phase.RUNNING,
            Reason.STEP_RUNNING,
            List.of(new TrialStatus(1, "ratio 0.5", false, "top1 missed")),
            List.of());
    assertThat(Transitions.between(Samples.running("r-1"), after, List.of()))
        .singleElement()
        .satisfies(
            told -> assertThat(told.message()).isEqualTo("trial 2 starts; trial 1: top1 missed"));
  }

  @Test
  void theEndIsToldWithItsReason() {
    assertThat(told(Samples.running("r-1"), Samples.ended("r-1", Reason.SUCCEEDED, List.of())))
        .containsExactly("Succeeded");
    List<Transition> failed =
        Transitions.between(
            Samples.running("r-1"), Samples.ended("r-1", Reason.GATE_FAILED, List.of()), List.of());
    assertThat(failed).singleElement().satisfies(end -> assertThat(end.warning()).isTrue());
  }

  @Test
  void eventsOfDifferentEndsHaveDifferentNames() {
    Transition first = only(Samples.ended("r-1", Reason.BAD_INPUT, List.of()));
    Transition second = only(Samples.ended("r-2", Reason.BAD_INPUT, List.of()));
    assertThat(first.subject()).isNotEqualTo(second.subject());
  }

  private static Transition only(ModelCompressionStatus after) {
    return Transitions.between(Samples.running(after.runId()), after, List.of()).get(0);
  }

  private static List<String> told(ModelCompressionStatus before, ModelCompressionStatus after) {
    return Transitions.between(before, after, List.of()).stream()
        .map(transition -> transition.reason().text())
        .toList();
  }
}
