package dev.modelcompression.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.api.Manifest;
import dev.modelcompression.api.ModelCompression;
import dev.modelcompression.api.status.ModelCompressionStatus;
import dev.modelcompression.operator.Settings;
import dev.modelcompression.operator.job.Labels;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
  private final List<Writes> writes = new ArrayList<>();

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
    return start(Clock.systemUTC(), settings, interceptors);
  }

  /** Starts an operator with a clock and settings of its own. */
  public RunningOperator start(Clock clock, Settings settings, Interceptor... interceptors) {
    Writes counted = Writes.counted();
    writes.add(counted);
    // Last: what an operator that was killed still tries is no write.
    List<Interceptor> all = new ArrayList<>(List.of(interceptors));
    all.add(counted);
    RunningOperator operator =
        new RunningOperator(namespace, settings, clock, all.toArray(Interceptor[]::new));
    operators.add(operator);
    return operator;
  }

  /** What all operators of the scene have written, as method and path; Events are not among it. */
  public List<String> writes() {
    return writes.stream().flatMap(one -> one.seen().stream()).toList();
  }

  /** Stops all operators. */
  public void stop() {
    operators.forEach(RunningOperator::close);
  }

  /** What the API server lists of each kind that an operator watches, as JSON. */
  public Map<String, String> lists() {
    Map<String, String> lists = new TreeMap<>();
    lists.put("modelcompressions", list("modelcompression.dev/v1alpha1", "modelcompressions", ""));
    lists.put("jobs", list("batch/v1", "jobs", "?labelSelector=" + Labels.SELECTOR));
    lists.put(
        "pods",
        client.raw(
            "/api/v1/namespaces/%s/pods?labelSelector=%s".formatted(namespace, Labels.SELECTOR)));
    return lists;
  }

  private String list(String group, String kind, String selector) {
    return client.raw("/apis/%s/namespaces/%s/%s%s".formatted(group, namespace, kind, selector));
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

  /** Creates a compression without holding it against its type first. */
  public void createRaw(String name, String members) {
    raw().load(stream(manifest(name, members))).create();
  }

  /** Changes the status of the compression, given the members to merge as JSON. */
  public void patchStatus(String members) {
    raw()
        .withName(NAME)
        .subresource("status")
        .patch(PatchContext.of(PatchType.JSON_MERGE), members);
  }

  /** The compression as the API server has it. */
  public String yaml() {
    return Serialization.asYaml(raw().withName(NAME).require());
  }

  private NonNamespaceOperation<
          GenericKubernetesResource,
          GenericKubernetesResourceList,
          Resource<GenericKubernetesResource>>
      raw() {
    return client
        .genericKubernetesResources(Manifest.API_VERSION, Manifest.KIND)
        .inNamespace(namespace);
  }

  /** Events about the compression, as type and reason. */
  public List<String> events() {
    return client.v1().events().inNamespace(namespace).list().getItems().stream()
        .filter(event -> NAME.equals(event.getInvolvedObject().getName()))
        .map(event -> event.getType() + " " + event.getReason())
        .toList();
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

  /** Another compression as it is. */
  public ModelCompression get(String name) {
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

  /** Pods of the compression. */
  public List<Pod> pods() {
    return client.pods().inNamespace(namespace).withLabel(Labels.NAME, NAME).list().getItems();
  }

  /** Deletes the compression, as {@code kubectl delete} does it. */
  public void delete() {
    client.resources(ModelCompression.class).inNamespace(namespace).withName(NAME).delete();
  }

  /** Annotates the compression, as others do it. */
  public void annotate(String name, String value) {
    raw()
        .withName(NAME)
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            "{\"metadata\":{\"annotations\":{\"%s\":\"%s\"}}}".formatted(name, value));
  }

  /** The Jobs of the compression. */
  public List<Job> jobs() {
    return client
        .batch()
        .v1()
        .jobs()
        .inNamespace(namespace)
        .withLabel(Labels.NAME, NAME)
        .list()
        .getItems();
  }

  /** The node, to play the Job controller by hand. */
  public FakeNode node() {
    return node;
  }

  @Override
  public void close() {
    stop();
    assertThat(node.faults()).as("two pods of one step at work").isEmpty();
    node.close();
    client.namespaces().withName(namespace).delete();
    client.close();
  }
}
