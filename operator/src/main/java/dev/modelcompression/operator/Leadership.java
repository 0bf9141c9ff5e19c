package dev.modelcompression.operator;

import dev.modelcompression.operator.report.RunMetrics;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfigurationBuilder;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One replica acts, the others are ready to: they have everything in their caches and wait for the
 * lease.
 *
 * <p>The framework only ends the election when the lease is lost; the replica would go on acting
 * beside the one that took it. Nor does it give the lease back when it is told to stop. Both are
 * done here.
 */
@Singleton
final class Leadership {
  private static final Logger LOG = LoggerFactory.getLogger(Leadership.class);

  /**
   * A leader that is lost is followed after this time and that of a try: 12 s and at most 4.4 s,
   * which leaves some of the 20 s that are promised.
   */
  private static final Duration LEASE = Duration.ofSeconds(12);

  /** How long the API server may be away before the leader gives up. */
  private static final Duration RENEW = Duration.ofSeconds(8);

  private static final Duration RETRY = Duration.ofSeconds(2);

  /** Before the framework's own, which has none. */
  private static final int FIRST = 1;

  private final KubernetesClient client;
  private final OperatorConfig.LeaderElection config;
  private final String identity =
      Optional.ofNullable(System.getenv("HOSTNAME"))
          .filter(name -> !name.isBlank())
          .orElseGet(() -> UUID.randomUUID().toString());
  private volatile boolean leads;
  private volatile boolean stopping;

  @Inject
  Leadership(KubernetesClient client, OperatorConfig config, RunMetrics metrics) {
    this.client = client;
    this.config = config.leaderElection();
    this.leads = !this.config.enabled();
    metrics.leader(() -> leads);
  }

  /** Null, which the framework takes for none, where one replica is alone. */
  @Produces
  @Dependent
  @Nullable LeaderElectionConfiguration configuration() {
    if (!config.enabled()) {
      return null;
    }
    return LeaderElectionConfigurationBuilder.aLeaderElectionConfiguration(config.lease())
        .withIdentity(identity)
        .withLeaseDuration(LEASE)
        .withRenewDeadline(RENEW)
        .withRetryPeriod(RETRY)
        .withLeaderCallbacks(new LeaderCallbacks(() -> leads = true, this::ended, leader -> {}))
        .build();
  }

  void stopping(@Observes @Priority(FIRST) ShutdownEvent event) {
    stopping = true;
  }

  /**
   * The election has ended: the process stops, and all reconciles are done, or the lease is lost.
   */
  private void ended() {
    leads = false;
    if (stopping) {
      release();
      return;
    }
    LOG.error("The lease {} is lost: another replica may act now, this one ends", config.lease());
    // Not an orderly exit, which would wait for reconciles: being killed is safe anywhere.
    Runtime.getRuntime().halt(1);
  }

  private void release() {
    try {
      Lease lease = client.leases().withName(config.lease()).get();
      if (lease == null || !identity.equals(lease.getSpec().getHolderIdentity())) {
        return;
      }
      ZonedDateTime now = ZonedDateTime.now(ZoneOffset.UTC);
      lease.getSpec().setHolderIdentity("");
      lease.getSpec().setLeaseDurationSeconds(1);
      lease.getSpec().setRenewTime(now);
      lease.getSpec().setAcquireTime(now);
      client.resource(lease).lockResourceVersion().update();
    } catch (KubernetesClientException e) {
      LOG.warn("The lease {} could not be given back: {}", config.lease(), e.getMessage());
    }
  }
}
