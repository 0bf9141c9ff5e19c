package dev.modelcompression.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.api.ModelCompression;
import dev.modelcompression.api.status.ModelCompressionStatus;
import dev.modelcompression.operator.Settings;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/** A namespace with a node, and one compression in it. */
public final class Scene implements AutoCloseable {
  /** Name of the compression. */
  public static final String NAME = "net";

  /** Three steps with gates. */
  public static final String STEPS =
      """
        steps:
        - {name: optimize, optimize: {}}
        - {name: quantize, quantize: {}}
        - {name: evaluate, evaluate: {}}
        gates:
        - {metric: top1, maxDrop: 0.01}
      """;

  /** What an evaluate finds when all is well. */
  public static final Map<String, Double> GOOD =
      Map.of(
          "original.top1", 0.9,
          "result.top1", 0.898,
          "original.sizeBytes", 1000.0,
          "result.sizeBytes", 250.0,
          "original.latencyP50Ms", 10.0,
          "result.latencyP50Ms", 5.0);

  private final KubernetesClient client = ApiServer.get().client();
  private final String namespace = ApiServer.namespace(client);
  private final FakeNode node;
  private final List<RunningOperator> operators = new ArrayList<>();

  /** A namespace whose pods end as the test says. */
  public Scene(Function<Job, Behaviour> behaviour) {
    node = new FakeNode(client, namespace, behaviour);
  }

  /** Starts an operator for the namespace; it is stopped with the scene at the latest. */
  public RunningOperator start(Interceptor... interceptors) {
    return start(RunningOperator.SETTINGS, interceptors);
  }

  /** Starts an operator with settings of its own. */
  public RunningOperator start(Settings settings, Interceptor... interceptors) {
    RunningOperator operator = new RunningOperator(namespace, settings, interceptors);
    operators.add(operator);
    return operator;
  }

  /** A client of the namespace. */
  public KubernetesClient client() {
    return client;
  }

  /** The namespace. */
  public String namespace() {
    return namespace;
  }

  /** Creates the compression of the given members of {@code spec}. */
  public ModelCompression apply(String members, String... more) {
    return create(NAME, members, more);
  }

  /** Creates another compression. */
  public ModelCompression create(String name, String members, String... more) {
    return client
        .resources(ModelCompression.class)
        .inNamespace(namespace)
        .load(stream(manifest(name, members, more)))
        .create();
  }

  /** Edits the compression. */
  public void edit(String members, String... more) {
    ModelCompression next =
        client.resources(ModelCompression.class).load(stream(manifest(NAME, members, more))).item();
    client
        .resources(ModelCompression.class)
        .inNamespace(namespace)
        .withName(NAME)
        .edit(
            current -> {
              current.setSpec(next.getSpec());
              return current;
            });
  }

  private static java.io.InputStream stream(String text) {
    return new java.io.ByteArrayInputStream(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  private static String manifest(String name, String members, String... more) {
    return """
    apiVersion: modelcompression.dev/v1alpha1
    kind: ModelCompression
    metadata: {name: %s}
    spec:
      model: {uri: "pvc://models/net.onnx"}
      workspace: {uri: "pvc://work/net"}
      datasets:
        training: {uri: "pvc://data/train.npz"}
        calibration: {from: training, samples: 64}
        evaluation: {uri: "file:///opt/test.npz"}
    """
            .formatted(name)
        + members
        + String.join("", more);
  }

  /** The compression as it is. */
  public ModelCompression get() {
    return get(NAME);
  }

  private ModelCompression get(String name) {
    return client.resources(ModelCompression.class).inNamespace(namespace).withName(name).require();
  }

  /** Waits until the run has ended, for the newest spec. */
  public ModelCompression awaitEnd() {
    return await(
        found ->
            found.getStatus().phase() != null
                && found.getStatus().phase().terminal()
                && found
                    .getMetadata()
                    .getGeneration()
                    .equals(found.getStatus().observedGeneration()));
  }

  /** Waits for a compression with a status of that kind. */
  public ModelCompression await(Predicate<ModelCompression> condition) {
    return await(NAME, condition);
  }

  /** Waits for another compression with a status of that kind. */
  public ModelCompression await(String name, Predicate<ModelCompression> condition) {
    ModelCompression[] last = new ModelCompression[1];
    try {
      Await.until(
          "the compression is as the test expects",
          () -> {
            last[0] = get(name);
            return last[0].getStatus() != null && condition.test(last[0]);
          });
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + ": " + Serialization.asYaml(last[0]), e);
    }
    return last[0];
  }

  /** Waits for a status of that kind. */
  public ModelCompressionStatus awaitStatus(Predicate<ModelCompressionStatus> condition) {
    return await(found -> condition.test(found.getStatus())).getStatus();
  }

  /** Pods that were made, by the name of their Job. */
  public Map<String, Integer> podsByJob() {
    return node.podsByJob();
  }

  /** The node, to play the Job controller by hand. */
  public FakeNode node() {
    return node;
  }

  @Override
  public void close() {
    operators.forEach(RunningOperator::close);
    assertThat(node.faults()).as("two pods of one step at work").isEmpty();
    node.close();
    client.namespaces().withName(namespace).delete();
    client.close();
  }
}
