package dev.modelcompression.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.api.status.ModelCompressionStatus;
import dev.modelcompression.api.status.Phase;
import dev.modelcompression.api.status.StepStatus;
import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.operator.cluster.Await;
import dev.modelcompression.operator.cluster.Behaviour;
import dev.modelcompression.operator.cluster.Scene;
import dev.modelcompression.operator.cluster.Writes;
import dev.modelcompression.operator.job.Labels;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The operator is killed before and after each of its writes; another one goes on. The end is that
 * of a run that nothing disturbed, with one Job and one pod an attempt.
 */
class CrashIT {
  /** A retry on the way, so that attempts are told apart. */
  private static final String STEPS =
      """
        steps:
        - {name: optimize, optimize: {}}
        - {name: evaluate, evaluate: {}}
      """;

  /** Creates of the inputs, optimize twice and evaluate, and a status for each and for the end. */
  private static final int WRITES = 4 + 5;

  @ParameterizedTest(name = "killed {0}")
  @MethodSource("kills")
  void endsAsIfNothingHadHappened(String when, Writes writes) {
    try (Scene scene = new Scene(CrashIT::behave)) {
      scene.start(writes);
      scene.apply(STEPS);
      Await.until("the operator is killed", writes::dead);
      scene.start();
      ModelCompressionStatus status = scene.awaitEnd().getStatus();
      assertThat(end(status)).isEqualTo(UNDISTURBED);
      assertThat(scene.podsByJob()).hasSize(4).allSatisfy((job, pods) -> assertThat(pods).isOne());
    }
  }

  private static final List<String> UNDISTURBED =
      List.of(
          "SUCCEEDED done; no gates were declared",
          "inputs 0: SUCCEEDED 1, exit 0",
          "optimize 1: SUCCEEDED 2, exit 0",
          "evaluate 1: SUCCEEDED 1, exit 0");

  /** What must be the same whatever happens on the way. */
  private static List<String> end(ModelCompressionStatus status) {
    Phase phase = status.phase();
    return Stream.concat(
            Stream.of(phase + " " + status.message()), status.steps().stream().map(CrashIT::step))
        .toList();
  }

  private static String step(StepStatus step) {
    return "%s %d: %s %d, exit %d"
        .formatted(step.name(), step.trial(), step.state(), step.attempt(), step.exitCode());
  }

  private static Behaviour behave(Job job) {
    Map<String, String> labels = new TreeMap<>(job.getMetadata().getLabels());
    return "optimize".equals(labels.get(Labels.STEP)) && "1".equals(labels.get(Labels.ATTEMPT))
        ? Behaviour.exits(ExitCode.TRY_AGAIN, "no store")
        : Behaviour.sound(job, Scene.GOOD);
  }

  private static Stream<Object[]> kills() {
    return IntStream.rangeClosed(1, WRITES)
        .boxed()
        .flatMap(
            write ->
                Stream.of(
                    new Object[] {"before write " + write, Writes.killedBefore(write)},
                    new Object[] {"after write " + write, Writes.killedAfter(write)}));
  }
}
