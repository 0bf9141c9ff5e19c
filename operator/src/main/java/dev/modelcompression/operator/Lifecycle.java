package dev.modelcompression.operator;

import io.javaoperatorsdk.operator.Operator;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts and stops the operator. Left to the framework, one that cannot start, because the API
 * server is away, the CRD missing or a setting out of range, would stay as a process that is alive
 * and does nothing.
 */
@Singleton
final class Lifecycle {
  private static final Logger LOG = LoggerFactory.getLogger(Lifecycle.class);

  private final Operator operator;
  private final Settings settings;

  @Inject
  Lifecycle(Operator operator, Settings settings) {
    this.operator = operator;
    this.settings = settings;
  }

  /** Many thousand objects may be listed at the start; probes are answered meanwhile. */
  void start(@Observes StartupEvent event) {
    new Thread(this::start, "operator-start").start();
  }

  private void start() {
    try {
      settings.check();
      operator.start();
    } catch (RuntimeException e) {
      LOG.error("The operator cannot start and ends, to be started again: {}", cause(e));
      Quarkus.asyncExit(1);
    }
  }

  private static String cause(Throwable thrown) {
    Throwable cause = thrown;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.toString();
  }

  /** Waits for the reconciles that are at work. */
  void stop(@Observes ShutdownEvent event) {
    operator.stop();
  }
}
