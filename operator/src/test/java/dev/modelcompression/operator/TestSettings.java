package dev.modelcompression.operator;

import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Settings for tests, as an administrator gives them; the rest is as documented. */
public final class TestSettings {
  private TestSettings() {}

  /** Of environment variables, each as {@code NAME=VALUE}. */
  public static Settings of(String... variables) {
    Map<String, String> all = new HashMap<>();
    all.put("MC_STEP_IMAGE", "steps@sha256:1");
    Arrays.stream(variables)
        .map(variable -> variable.split("=", 2))
        .forEach(pair -> all.put(pair[0], pair[1]));
    return new SmallRyeConfigBuilder()
        .withMapping(OperatorConfig.class)
        .withConverter(Duration.class, 200, new DurationConverter())
        .withSources(new EnvConfigSource(all, 300))
        .build()
        .getConfigMapping(OperatorConfig.class)
        .settings();
  }
}
