package dev.modelcompression.operator.cluster;

import dev.modelcompression.operator.ModelCompressionReconciler;
import dev.modelcompression.operator.Settings;
import dev.modelcompression.operator.report.RunMetrics;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.javaoperatorsdk.operator.Operator;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;

/** The operator in this JVM, against the test's API server. */
public final class RunningOperator implements AutoCloseable {
  /** Settings with waits that a test can wait for. */
  public static final Settings SETTINGS =
      new Settings(
          "example.com/steps@sha256:" + "1".repeat(64),
          "IfNotPresent",
          2,
          "1Gi",
          "2Gi",
          "1Gi",
          Duration.ofSeconds(1),
          Duration.ofSeconds(1),
          Duration.ofHours(24));

  private final Operator operator;
  private boolean closed;

  /** Starts it for one namespace. */
  public RunningOperator(String namespace, Settings settings, Interceptor... interceptors) {
    KubernetesClient client = ApiServer.get().client(interceptors);
    operator =
        new Operator(
            overrider -> overrider.withKubernetesClient(client).withCloseClientOnStop(true));
    operator.register(
        new ModelCompressionReconciler(
            client, settings, new RunMetrics(new SimpleMeterRegistry()), Clock.systemUTC()),
        overrider -> overrider.settingNamespace(namespace));
    operator.start();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      operator.stop();
    }
  }
}
