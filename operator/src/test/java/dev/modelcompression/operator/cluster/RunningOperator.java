package dev.modelcompression.operator.cluster;

import dev.modelcompression.operator.ModelCompressionReconciler;
import dev.modelcompression.operator.Settings;
import dev.modelcompression.operator.TestSettings;
import dev.modelcompression.operator.release.ReleaseMetrics;
import dev.modelcompression.operator.release.ReleaseReconciler;
import dev.modelcompression.operator.release.Verdicts;
import dev.modelcompression.operator.report.RunMetrics;
import dev.modelcompression.operator.trace.Traces;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.javaoperatorsdk.operator.Operator;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The operator in this JVM, against the test's API server. */
public final class RunningOperator implements AutoCloseable {
  /** Settings with waits that a test can wait for. */
  public static final Settings SETTINGS = settings(Duration.ofSeconds(1));

  /** The same with another time in which a pod has to start. */
  public static Settings settings(Duration pendingTimeout) {
    return TestSettings.of(
        "MC_STEP_IMAGE=example.com/steps@sha256:" + "1".repeat(64),
        "MC_SERVER_IMAGE=example.com/server@sha256:" + "2".repeat(64),
        "MC_STEP_MEMORY=1Gi",
        "MC_STEP_MAX_MEMORY=2Gi",
        "MC_STEP_SCRATCH=1Gi",
        "MC_JOB_PENDING_TIMEOUT=" + pendingTimeout,
        "MC_JOB_NO_POD_GRACE=1s",
        "MC_JOB_RETRY_BACKOFF=PT0.1S");
  }

  private final Operator operator;
  private final AtomicReference<@Nullable Throwable> lost = new AtomicReference<>();
  private boolean closed;

  /** Starts it for one namespace. */
  public RunningOperator(
      String namespace, Settings settings, Clock clock, Interceptor... interceptors) {
    KubernetesClient client = ApiServer.get().client(interceptors);
    operator =
        new Operator(
            overrider ->
                overrider
                    .withKubernetesClient(client)
                    .withCloseClientOnStop(true)
                    .withInformerStoppedHandler((informer, why) -> lost(why)));
    operator.register(
        new ModelCompressionReconciler(
            client, settings, new RunMetrics(new SimpleMeterRegistry()), Traces.OFF, clock),
        overrider -> overrider.settingNamespace(namespace));
    operator.register(
        new ReleaseReconciler(
            client, settings, new Verdicts(), new ReleaseMetrics(new SimpleMeterRegistry()), clock),
        overrider -> overrider.settingNamespace(namespace));
    operator.start();
  }

  /** The packaged operator ends itself and is started again; here that would end all tests. */
  private void lost(@Nullable Throwable why) {
    if (why != null) {
      lost.set(why);
    }
  }

  /**
   * Stops it.
   *
   * @throws AssertionError it had lost a watch for good
   */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      operator.stop();
      Throwable why = lost.get();
      if (why != null) {
        throw new AssertionError("the operator lost a watch", why);
      }
    }
  }
}
