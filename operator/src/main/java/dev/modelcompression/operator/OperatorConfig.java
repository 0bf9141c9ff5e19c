package dev.modelcompression.operator;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Settings of the operator, as properties {@code mc.*} or environment variables {@code MC_*}. */
@ConfigMapping(prefix = "mc")
public interface OperatorConfig {
  /** The image that runs steps. */
  Step step();

  /** What serves models. */
  Server server();

  /** Jobs and their pods. */
  Job job();

  /** Releases of models. */
  Releases releases();

  /** Which replica acts. */
  LeaderElection leaderElection();

  /** Secrets in the namespaces of users that every pod may pull images with, by name. */
  Optional<List<String>> imagePullSecrets();

  /** User and group of every pod; the platform chooses them where it is empty. */
  @WithDefault("65532")
  Optional<Long> runAsUser();

  /** What steps get. */
  interface Step {
    /** Image that runs the steps; pin it by digest. */
    String image();

    /** When the image is pulled: Always, IfNotPresent or Never. */
    @WithDefault("IfNotPresent")
    String imagePullPolicy();

    /** Threads of a step without a cpu limit or request. */
    @WithDefault("2")
    int threads();

    /** Memory limit of a step that has none. */
    @WithDefault("4Gi")
    String memory();

    /** The most that a step's memory is raised to after it was killed for want of it. */
    @WithDefault("32Gi")
    String maxMemory();

    /** Size of the folder that a step may write to. */
    @WithDefault("8Gi")
    String scratch();
  }

  /** The model server. */
  interface Server {
    /** Its image; without one, releases have to name their own. */
    Optional<String> image();

    /** When the image is pulled: Always, IfNotPresent or Never. */
    @WithDefault("IfNotPresent")
    String imagePullPolicy();
  }

  /** How Jobs are watched. */
  interface Job {
    /** How long a pod may fail to start before its step fails. */
    @WithDefault("5m")
    Duration pendingTimeout();

    /**
     * How long a Job may be without a pod, or a pod without a container, before it is asked why.
     */
    @WithDefault("10s")
    Duration noPodGrace();

    /** Pause before the second attempt of a step; doubles each time, at most 5 minutes. */
    @WithDefault("10s")
    Duration retryBackoff();

    /** How long a finished Job stays, for its logs. */
    @WithDefault("24h")
    Duration ttl();
  }

  /** Releases of models. */
  interface Releases {
    /**
     * Whether there are any; without them, rights on Deployments, Services and routes go unused.
     */
    @WithDefault("true")
    boolean enabled();
  }

  /** Leader election, needed with more than one replica. */
  interface LeaderElection {
    /** Whether only the holder of the lease acts. */
    @WithDefault("false")
    boolean enabled();

    /** Name of the lease, in the operator's own namespace. */
    @WithDefault("model-compression-operator")
    String lease();
  }

  /** The same without the framework. */
  default Settings settings() {
    return new Settings(
        step().image(),
        server().image().orElse(""),
        step().imagePullPolicy(),
        step().threads(),
        step().memory(),
        step().maxMemory(),
        step().scratch(),
        job().pendingTimeout(),
        job().noPodGrace(),
        job().retryBackoff(),
        job().ttl(),
        releases().enabled(),
        server().imagePullPolicy(),
        imagePullSecrets().orElse(List.of()),
        runAsUser().orElse(null));
  }
}
