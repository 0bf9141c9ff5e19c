package dev.modelcompression.operator.bench;

import dev.modelcompression.api.ModelCompression;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

/** Compressions in a namespace of their own. */
final class Workload implements AutoCloseable {
  /** As many as a run may use of what there is. */
  static final List<String> SIX_STEPS =
      List.of(
          "{name: analyze, analyze: {}}",
          "{name: optimize, optimize: {}}",
          "{name: prune, prune: {structure: Channel, importance: Taylor, ratio: 0.5}}",
          "{name: fine-tune, fineTune: {epochs: 4, learningRate: 0.05}}",
          "{name: quantize, quantize: {mode: Static, calibrator: Entropy}}",
          "{name: evaluate, evaluate: {}}");

  static final List<String> ONE_STEP = List.of("{name: optimize, optimize: {}}");

  private static final int THREADS = 8;

  private final KubernetesClient client;
  private final String namespace;

  Workload(KubernetesClient client) {
    this.client = client;
    namespace =
        client
            .namespaces()
            .resource(
                new NamespaceBuilder()
                    .withNewMetadata()
                    .withGenerateName("bench-")
                    .endMetadata()
                    .build())
            .create()
            .getMetadata()
            .getName();
  }

  String namespace() {
    return namespace;
  }

  /** Creates that many, evenly over time; all at once where {@code perMinute} is 0. */
  void create(int count, int perMinute, List<String> steps) {
    long gap = perMinute == 0 ? 0 : TimeUnit.MINUTES.toNanos(1) / perMinute;
    each(count, gap, i -> client.resource(compression(i, steps)).create());
  }

  /** Creates that many which have ended as this one did, while no operator looks. */
  void createEnded(int count, ModelCompression ended, List<String> steps) {
    each(
        count,
        0,
        i -> {
          ModelCompression created = client.resource(compression(i, steps)).create();
          created.setStatus(ended.getStatus());
          client.resource(created).updateStatus();
        });
  }

  /** One of them as it is. */
  ModelCompression get(int number) {
    return client
        .resources(ModelCompression.class)
        .inNamespace(namespace)
        .withName(name(number))
        .require();
  }

  private ModelCompression compression(int number, List<String> steps) {
    String manifest =
        """
        apiVersion: modelcompression.dev/v1alpha1
        kind: ModelCompression
        metadata: {name: %1$s, namespace: %2$s}
        spec:
          model: {uri: "pvc://models/net.onnx"}
          workspace: {uri: "pvc://work/net"}
          datasets:
            training: {uri: "pvc://data/train.npz"}
            calibration: {from: training, samples: 512}
            evaluation: {uri: "pvc://data/test.npz"}
          steps: [%3$s]
        """
                .formatted(name(number), namespace, String.join(", ", steps))
            + (steps.size() > 1
                ? """
                  gates:
                  - {metric: top1, maxDrop: 0.01}
                  - {metric: latencyP50, maxRatio: 0.6}
                  - {metric: sizeBytes, maxRatio: 0.3}
                """
                : "");
    return Serialization.unmarshal(manifest, ModelCompression.class);
  }

  private static String name(int number) {
    return "p%06d".formatted(number);
  }

  private static void each(int count, long gapNanos, IntConsumer action) {
    ScheduledExecutorService threads = Executors.newScheduledThreadPool(THREADS);
    List<Future<?>> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int number = i;
      all.add(threads.schedule(() -> action.accept(number), i * gapNanos, TimeUnit.NANOSECONDS));
    }
    try {
      for (Future<?> one : all) {
        one.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } finally {
      threads.shutdownNow();
    }
  }

  /** Removes everything, as the garbage collector of a cluster would. */
  @Override
  public void close() {
    client.resources(ModelCompression.class).inNamespace(namespace).delete();
    client
        .batch()
        .v1()
        .jobs()
        .inNamespace(namespace)
        .withPropagationPolicy(DeletionPropagation.BACKGROUND)
        .delete();
    client.pods().inNamespace(namespace).withGracePeriod(0).delete();
    client.v1().events().inNamespace(namespace).delete();
  }
}
