package dev.modelcompression.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SettingsTest {
  @Test
  void takesTheLeastAndTheMost() {
    assertThatCode(() -> settings(1, "4Gi", "4Gi", "1s", "1s", "1m").check())
        .doesNotThrowAnyException();
    assertThatCode(() -> settings(256, "4Gi", "45Mi", "8760h", "8760h", "8760h").check())
        .doesNotThrowAnyException();
    assertThatCode(() -> settings(List.of("registry", "a.b-1"), null).check())
        .doesNotThrowAnyException();
  }

  /** As an administrator writes them; an empty variable is not the same as none. */
  @Test
  void readsListsAndWhatIsLeftEmpty() {
    Settings usual = read(Map.of());
    assertThat(usual.imagePullSecrets()).isEmpty();
    assertThat(usual.runAsUser()).isEqualTo(65532);
    Settings other = read(Map.of("MC_IMAGE_PULL_SECRETS", "one,two", "MC_RUN_AS_USER", ""));
    assertThat(other.imagePullSecrets()).containsExactly("one", "two");
    assertThat(other.runAsUser()).isNull();
    assertThat(read(Map.of("MC_IMAGE_PULL_SECRETS", "")).imagePullSecrets()).isEmpty();
  }

  private static Settings read(Map<String, String> variables) {
    Map<String, String> all = new HashMap<>(variables);
    all.put("MC_STEP_IMAGE", "steps:1");
    return new SmallRyeConfigBuilder()
        .withMapping(OperatorConfig.class)
        .withConverter(Duration.class, 200, new DurationConverter())
        .withSources(new EnvConfigSource(all, 300))
        .build()
        .getConfigMapping(OperatorConfig.class)
        .settings();
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
    refused(
        settings(List.of("registry", "A b"), 65532L),
        "MC_IMAGE_PULL_SECRETS has 'A b', expected names of Secrets, separated by commas");
    refused(
        settings(List.of(), 0L),
        "MC_RUN_AS_USER is 0, expected at least 1, or nothing where the platform chooses");
  }

  private static void refused(Settings settings, String message) {
    assertThatThrownBy(settings::check)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  private static Settings settings(List<String> imagePullSecrets, @Nullable Long runAsUser) {
    return new Settings(
        "steps:1",
        "",
        "IfNotPresent",
        2,
        "4Gi",
        "32Gi",
        "8Gi",
        duration("5m"),
        duration("10s"),
        duration("10s"),
        duration("24h"),
        true,
        "IfNotPresent",
        imagePullSecrets,
        runAsUser);
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
        true,
        "IfNotPresent",
        List.of(),
        65532L);
  }

  private static Duration duration(String text) {
    return Duration.parse("PT" + text);
  }
}
