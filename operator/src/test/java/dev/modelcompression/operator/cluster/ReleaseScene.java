package dev.modelcompression.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.api.release.ModelRelease;
import dev.modelcompression.api.release.status.ModelReleaseStatus;
import dev.modelcompression.api.release.status.ReleasePhase;
import dev.modelcompression.operator.job.Labels;
import dev.modelcompression.operator.release.decide.ReleaseDecider;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.Gateway;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.GatewayBuilder;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.GatewayClass;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.GatewayClassBuilder;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.GatewayClassStatusBuilder;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.GatewayStatusBuilder;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** A namespace with a node, a Gateway, an audit of its routes, and one release in it. */
public final class ReleaseScene implements AutoCloseable {
  /** Digest of the baseline. */
  public static final String OLD = "sha256:" + "a1".repeat(32);

  /** Digest of the candidate. */
  public static final String NEW = "sha256:" + "b2".repeat(32);

  /** Deployment and Service of the baseline. */
  public static final String BASELINE = Scene.NAME + "-a1a1a1a1";

  /** Deployment and Service of the candidate. */
  public static final String CANDIDATE = Scene.NAME + "-b2b2b2b2";

  /** Requests come through a Gateway. */
  public static final String GATEWAY =
      "  traffic: {gateway: {name: web, address: 'http://web.infra:80'}, weights: [10, 50, 100], stepDuration: 1s}\n";

  /** The outcome is kept in Git. */
  public static final String GIT =
      "  writeBack: {repository: 'https://git.example.com/team/models.git', path: net.yaml, secret: {name: git}}\n";

  private static final String ANALYSIS =
      """
        analysis:
          interval: 1s
          samples: 2000
          minSamples: 1000
          dataset: {uri: "pvc://data/test.npz"}
          metrics:
          - {name: accuracy, maxDrop: 0.05}
          - {name: errorRate, max: 0.05}
        scaleDownDelay: 1s
      """;

  private final Scene scene;
  private final FakeServing serving;
  private final TrafficAudit audit;

  /** A namespace whose Jobs end as the test says. */
  public ReleaseScene(Reports reports) {
    scene = new Scene(reports);
    serving = new FakeServing(scene.client(), scene.namespace());
    audit = new TrafficAudit(scene.client(), scene.namespace(), serving);
  }

  /** Starts an operator for the namespace; it is stopped with the scene at the latest. */
  public RunningOperator start(Interceptor... interceptors) {
    return scene.start(interceptors);
  }

  /** The namespace without the release. */
  public Scene scene() {
    return scene;
  }

  /** Deployments and the Gateway. */
  public FakeServing serving() {
    return serving;
  }

  /** What requests were ever divided by. */
  public TrafficAudit audit() {
    return audit;
  }

  /** A client of the namespace. */
  public KubernetesClient client() {
    return scene.client();
  }

  /** Creates the release of these members of {@code spec}, besides models and analysis. */
  public ModelRelease apply(String... members) {
    return client()
        .resources(ModelRelease.class)
        .inNamespace(scene.namespace())
        .load(manifest("", OLD, NEW, members))
        .create();
  }

  /** Creates it with a Deployment of the user's as what serves the baseline. */
  public ModelRelease applyTo(String deployment, String... members) {
    return client()
        .resources(ModelRelease.class)
        .inNamespace(scene.namespace())
        .load(manifest("    deployment: {name: " + deployment + "}\n", OLD, NEW, members))
        .create();
  }

  /** The Gateway that a release can name, with an address, and its class, which can mirror. */
  public void createGateway() {
    String type = "web-" + scene.namespace();
    GatewayClass offered =
        client()
            .resource(
                new GatewayClassBuilder()
                    .withNewMetadata()
                    .withName(type)
                    .endMetadata()
                    .withNewSpec()
                    .withControllerName("example.com/gateway")
                    .endSpec()
                    .build())
            .create();
    offered.setStatus(
        new GatewayClassStatusBuilder().addNewSupportedFeature("HTTPRouteRequestMirror").build());
    client().resource(offered).updateStatus();
    Gateway made =
        client()
            .resource(
                new GatewayBuilder()
                    .withNewMetadata()
                    .withName("web")
                    .withNamespace(scene.namespace())
                    .endMetadata()
                    .withNewSpec()
                    .withGatewayClassName(type)
                    .addNewListener()
                    .withName("http")
                    .withPort(80)
                    .withProtocol("HTTP")
                    .endListener()
                    .endSpec()
                    .build())
            .create();
    made.setStatus(
        new GatewayStatusBuilder()
            .addNewAddress()
            .withType("IPAddress")
            .withValue("192.0.2.1")
            .endAddress()
            .build());
    client().resource(made).updateStatus();
  }

  /** A Deployment of the user's that takes the baseline by an argument. */
  public Deployment createDeployment(String name) {
    Deployment theirs =
        new DeploymentBuilder()
            .withNewMetadata()
            .withName(name)
            .withNamespace(scene.namespace())
            .endMetadata()
            .withNewSpec()
            .withReplicas(2)
            .withNewSelector()
            .addToMatchLabels("app", name)
            .endSelector()
            .withNewTemplate()
            .withNewMetadata()
            .addToLabels("app", name)
            .endMetadata()
            .withNewSpec()
            .addNewContainer()
            .withName("server")
            .withImage("example.com/server:1")
            .withArgs("--model", "pvc://models/a1a1a1a1.onnx")
            .endContainer()
            .endSpec()
            .endTemplate()
            .endSpec()
            .build();
    return client().resource(theirs).create();
  }

  /** Edits it: the same with other models. */
  public void edit(String baseline, String candidate, String... members) {
    ModelRelease next =
        client()
            .resources(ModelRelease.class)
            .load(manifest("", baseline, candidate, members))
            .item();
    client()
        .resources(ModelRelease.class)
        .inNamespace(scene.namespace())
        .withName(Scene.NAME)
        .edit(
            current -> {
              current.setSpec(next.getSpec());
              return current;
            });
  }

  private static InputStream manifest(
      String deployment, String baseline, String candidate, String... members) {
    String text =
        """
        apiVersion: modelcompression.dev/v1alpha1
        kind: ModelRelease
        metadata: {name: %s}
        spec:
          baseline:
            model: {uri: "pvc://models/%s.onnx", digest: "%s"}
        %s  candidate:
            model: {uri: "pvc://models/%s.onnx", digest: "%s"}
        """
                .formatted(
                    Scene.NAME, hex(baseline), baseline, deployment, hex(candidate), candidate)
            + ANALYSIS
            + String.join("", members);
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String hex(String digest) {
    return digest.substring(7, 15);
  }

  /** The release as it is; empty when it is gone. */
  public Optional<ModelRelease> find() {
    return Optional.ofNullable(
        client()
            .resources(ModelRelease.class)
            .inNamespace(scene.namespace())
            .withName(Scene.NAME)
            .get());
  }

  /** Waits for a status of that kind. */
  public ModelReleaseStatus await(Predicate<ModelReleaseStatus> condition) {
    ModelRelease[] last = new ModelRelease[1];
    try {
      Await.until(
          "the release is as the test expects",
          () -> {
            last[0] = find().orElse(null);
            return last[0] != null
                && last[0].getStatus() != null
                && condition.test(last[0].getStatus());
          });
    } catch (AssertionError e) {
      throw new AssertionError(
          "%s: %s, routes %s"
              .formatted(
                  e.getMessage(), last[0] == null ? null : last[0].getStatus(), audit.routes()),
          e);
    }
    return last[0].getStatus();
  }

  /** Waits for a phase. */
  public ModelReleaseStatus await(ReleasePhase phase) {
    return await(status -> status.phase() == phase);
  }

  /** Waits until the route gives the candidate that share and the status says so. */
  public ModelReleaseStatus awaitWeight(int weight) {
    return await(
        status -> Integer.valueOf(weight).equals(status.weight()) && status.stepTime() != null);
  }

  /** Gives a command, as a person does. */
  public void command(String text) {
    client()
        .resources(ModelRelease.class)
        .inNamespace(scene.namespace())
        .withName(Scene.NAME)
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            "{\"metadata\":{\"annotations\":{\"%s\":\"%s\"}}}"
                .formatted(ReleaseDecider.COMMAND, text));
  }

  /** Deletes the release, as {@code kubectl delete} does it. */
  public void delete() {
    client()
        .resources(ModelRelease.class)
        .inNamespace(scene.namespace())
        .withName(Scene.NAME)
        .delete();
  }

  /** Waits until it is gone. */
  public void awaitGone() {
    Await.until("the release is gone", () -> find().isEmpty());
  }

  /** The HTTPRoute of the release. */
  public Optional<HTTPRoute> route() {
    return Optional.ofNullable(
        client()
            .resources(HTTPRoute.class)
            .inNamespace(scene.namespace())
            .withName(Scene.NAME)
            .get());
  }

  /** Deployments, Services and routes in the namespace, as kind and name. */
  public List<String> objects() {
    String namespace = scene.namespace();
    List<HasMetadata> all = new java.util.ArrayList<>();
    all.addAll(client().apps().deployments().inNamespace(namespace).list().getItems());
    all.addAll(client().services().inNamespace(namespace).list().getItems());
    all.addAll(client().resources(HTTPRoute.class).inNamespace(namespace).list().getItems());
    return all.stream()
        .map(object -> object.getKind() + " " + object.getMetadata().getName())
        .sorted()
        .toList();
  }

  /** How many pods wrote to Git. */
  public int writeBacks() {
    return scene.podsByJob().entrySet().stream()
        .filter(job -> job.getKey().startsWith(Scene.NAME + "-git-"))
        .mapToInt(Map.Entry::getValue)
        .sum();
  }

  /** How many pods each measurement had. */
  public List<Integer> podsOfProbes() {
    return scene.podsByJob().entrySet().stream()
        .filter(job -> job.getKey().startsWith(Scene.NAME + "-probe-"))
        .map(Map.Entry::getValue)
        .toList();
  }

  /** The operator has nothing more to write, also when it is started again. */
  public void assertQuiet() {
    Writes writes = Writes.counted();
    // What it is about to write it has written when that is through.
    Pipeline.runAnother(scene, "before");
    String version = find().orElseThrow().getMetadata().getResourceVersion();
    scene.stop();
    scene.start(writes);
    // Another one that gets somewhere shows that the operator has seen this one as well.
    Pipeline.runAnother(scene, "other");
    assertThat(find().orElseThrow().getMetadata().getResourceVersion()).isEqualTo(version);
    assertThat(writes.seen())
        .isNotEmpty()
        .noneMatch(write -> write.contains("/" + Scene.NAME))
        .noneMatch(write -> write.contains("modelreleases"));
    assertThat(client().batch().v1().jobs().inNamespace(scene.namespace()).list().getItems())
        .filteredOn(job -> job.getMetadata().getLabels().containsKey(Labels.RELEASE))
        .allSatisfy(job -> assertThat(job.getStatus().getConditions()).isNotEmpty());
  }

  @Override
  public void close() {
    scene.stop();
    audit.close();
    serving.close();
    assertThat(audit.faults()).isEmpty();
    scene.close();
  }
}
