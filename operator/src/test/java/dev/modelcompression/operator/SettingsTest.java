package dev.modelcompression.operator;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SettingsTest {
  @Test
  void takesTheLeastAndTheMost() {
    assertThatCode(() -> settings(1, "4Gi", "4Gi", "1s", "1s", "1m").check())
        .doesNotThrowAnyException();
    assertThatCode(() -> settings(256, "4Gi", "45Mi", "8760h", "8760h", "8760h").check())
        .doesNotThrowAnyException();
  }

  @Test
  void saysWhichSettingIsWrongAndWhatIsAllowed() {
    refused(
        settings(2, "lots", "32Gi", "5m", "10s", "24h"),
        "MC_STEP_MEMORY is 'lots', expected an amount of bytes such as 4Gi");
    refused(
        settings(2, "4Gi", "0", "5m", "10s", "24h"),
        "MC_STEP_MAX_MEMORY is '0', expected an amount of bytes such as 4Gi");
    refused(
        settings(0, "4Gi", "32Gi", "5m", "10s", "24h"),
        "MC_STEP_THREADS is 0, expected at least 1");
    refused(
        settings(2, "4Gi", "32Gi", "0s", "10s", "24h"),
        "MC_JOB_PENDING_TIMEOUT is 0s, expected 1s to 8760h");
    refused(
        settings(2, "4Gi", "32Gi", "5m", "0s", "24h"),
        "MC_JOB_NO_POD_GRACE is 0s, expected 1s to 8760h");
    refused(
        settings(2, "4Gi", "32Gi", "5m", "10s", "59s"), "MC_JOB_TTL is 59s, expected 1m to 8760h");
    refused(
        settings(2, "4Gi", "32Gi", "5m", "10s", "9999999h"),
        "MC_JOB_TTL is 9999999h, expected 1m to 8760h");
    refused(
        settings(2, "4Gi", "32Gi", "5m", "10s", "24h", "6m"),
        "MC_JOB_RETRY_BACKOFF is 6m, expected 0s to 5m");
  }

  private static void refused(Settings settings, String message) {
    assertThatThrownBy(settings::check)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  private static Settings settings(
      int threads, String memory, String maxMemory, String pending, String grace, String ttl) {
    return settings(threads, memory, maxMemory, pending, grace, ttl, "10s");
  }

  private static Settings settings(
      int threads,
      String memory,
      String maxMemory,
      String pending,
      String grace,
      String ttl,
      String backoff) {
    return new Settings(
        "steps:1",
        "",
        "IfNotPresent",
        threads,
        memory,
        maxMemory,
        "8Gi",
        duration(pending),
        duration(grace),
        duration(backoff),
        duration(ttl),
        true);
  }

  private static Duration duration(String text) {
    return Duration.parse("PT" + text);
  }
}
