package dev.modelcompression.operator;

import dev.modelcompression.operator.report.RunMetrics;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfigurationBuilder;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What the framework cannot make by itself. */
final class Beans {
  /** A leader that was killed is followed after this time. */
  private static final Duration LEASE = Duration.ofSeconds(15);

  private static final Duration RENEW = Duration.ofSeconds(10);
  private static final Duration RETRY = Duration.ofSeconds(2);

  @Produces
  @Singleton
  Settings settings(OperatorConfig config) {
    return config.settings();
  }

  @Produces
  @Singleton
  RunMetrics metrics(MeterRegistry registry) {
    return new RunMetrics(registry);
  }

  @Produces
  @Singleton
  Clock clock() {
    return Clock.systemUTC();
  }

  /** Null, which the framework takes for none, where one replica is alone. */
  @Produces
  @Dependent
  @Nullable LeaderElectionConfiguration leaderElection(OperatorConfig config) {
    if (!config.leaderElection().enabled()) {
      return null;
    }
    return LeaderElectionConfigurationBuilder.aLeaderElectionConfiguration(
            config.leaderElection().lease())
        .withLeaseDuration(LEASE)
        .withRenewDeadline(RENEW)
        .withRetryPeriod(RETRY)
        .build();
  }
}
