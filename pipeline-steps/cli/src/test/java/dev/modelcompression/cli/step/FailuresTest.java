package dev.modelcompression.cli.step;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.contract.ExitCode;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FailuresTest {
  private final Error heap = new OutOfMemoryError("Java heap space");

  @Test
  void onACommandLineThereIsAVariableToSet() {
    assertThat(Failures.exit(heap)).isEqualTo(ExitCode.KILLED);
    assertThat(Failures.message(heap, Map.of("HOME", "/root")))
        .isEqualTo(
            "out of memory: Java heap space; give the process more memory, or set MC_JAVA_OPTS=-Xmx4g");
  }

  /** Admission refuses variables of ours in a pod; what can be set there depends on the pod. */
  @ParameterizedTest
  @CsvSource({
    "MC_STEP_REQUEST, raise resources.limits.memory of the step",
    "MC_INPUTS_REQUEST, raise resources.limits.memory of podTemplate",
    "MC_FETCH_REQUEST, the memory limit of this container is too low for these files",
    "MC_PROBE_REQUEST, the memory limit of this container is too low for these files",
    "MC_RELEASE_REPORT_REQUEST, the memory limit of this container is too low for these files",
    "MC_WRITE_BACK_REQUEST, the memory limit of this container is too low for these files"
  })
  void inAPodItIsTheLimit(String variable, String advice) {
    assertThat(Failures.message(heap, Map.of("MC_JAVA_OPTS", "-Dx=y", variable, "{}")))
        .isEqualTo("out of memory: Java heap space; " + advice);
  }
}
