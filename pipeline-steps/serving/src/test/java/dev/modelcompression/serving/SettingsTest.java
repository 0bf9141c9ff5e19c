package dev.modelcompression.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {
  private static final Map<String, String> LEAST =
      Map.of("MC_MODEL_NAME", "fashion", "MC_MODEL_URI", "file:///m.onnx");

  @Test
  void theVersionIsTheBeginningOfTheDigestWhereNoneIsGiven() {
    assertThat(with("MC_MODEL_DIGEST", "sha256:" + "1c8ff20b".repeat(8)).modelVersion())
        .isEqualTo("1c8ff20b");
    assertThat(with("MC_MODEL_VERSION", "7").modelVersion()).isEqualTo("7");
    assertThat(Settings.of(LEAST).modelVersion()).isEqualTo("1");
  }

  @Test
  void threadsAreSharedOutOverTheRuns() {
    assertThat(with("MC_THREADS", "4").runs()).isEqualTo(4);
    assertThat(with("MC_THREADS", "4").threadsPerRun()).isEqualTo(1);
  }

  @Test
  void durationsAndSizesHaveUnits() {
    assertThat(with("MC_DRAIN", "1m").drain()).isEqualTo(Duration.ofMinutes(1));
    assertThat(with("MC_DRAIN", "2.5s").drain()).isEqualTo(Duration.ofMillis(2500));
    assertThat(with("MC_BATCH_DELAY", "0.5ms").batchDelay()).isEqualTo(Duration.ofNanos(500_000));
    assertThat(with("MC_REQUEST_MAX", "2Mi").requestMax()).isEqualTo(2 << 20);
    assertThat(with("MC_REQUEST_MAX", " 4096 ").requestMax()).isEqualTo(4096);
    assertThat(with("MC_REQUEST_MAX", "").requestMax()).isEqualTo(16 << 20);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "MC_MODEL_NAME   | a/b    | letters, digits",
        "MC_MODEL_DIGEST | sha256 | sha256:<64 hex digits>",
        "MC_THREADS      | 0      | 1 to 1024",
        "MC_THREADS      | x      | 1 to 1024",
        "MC_RUNS         | 9999   | 1 to",
        "MC_QUEUE_MAX    | -1     | 1 to 1000000",
        "MC_BATCH_MAX    | 5000   | 1 to 4096",
        "MC_BATCH_DELAY  | 2s     | 0s to 1000ms",
        "MC_BATCH_DELAY  | 5      | 0s to 1000ms",
        "MC_DRAIN        | 11m    | 0s to 600000ms",
        "MC_DRAIN        | 1.5m   | 0s to 600000ms",
        "MC_REQUEST_MAX  | 2Gi    | 1Ki to 1024Mi",
        "MC_REQUEST_MAX  | 1Xi    | 1Ki to 1024Mi",
        "MC_GRPC_PORT    | 70000  | 0 to 65535",
      })
  void whatIsOutOfRangeIsRefusedWithItsNameAndWhatIsAllowed(
      String name, String value, String allowed) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> with(name, value))
        .withMessageStartingWith(name + ": found '" + value + "', allowed: ")
        .withMessageContaining(allowed);
  }

  @Test
  void theModelMustBeNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Settings.of(Map.of("MC_MODEL_NAME", "fashion")))
        .withMessage("MC_MODEL_URI: not set; it must be set to a URI");
  }

  private static Settings with(String name, String value) {
    var all = new HashMap<>(LEAST);
    all.put(name, value);
    return Settings.of(all);
  }
}
