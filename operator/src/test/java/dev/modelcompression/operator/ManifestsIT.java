package dev.modelcompression.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.modelcompression.api.ModelCompression;
import dev.modelcompression.api.status.Condition;
import dev.modelcompression.api.status.ModelCompressionStatus;
import dev.modelcompression.api.status.Phase;
import dev.modelcompression.operator.cluster.Await;
import dev.modelcompression.operator.cluster.Behaviour;
import dev.modelcompression.operator.cluster.ManifestFolder;
import dev.modelcompression.operator.cluster.ManifestFolder.Answer;
import dev.modelcompression.operator.cluster.Scene;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.node.v1.RuntimeClassBuilder;
import io.fabric8.kubernetes.api.model.scheduling.v1.PriorityClassBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The files that show what is a ModelCompression and what is none, sent to a real API server with
 * strict field validation, as {@code kubectl} does. Their heads state what must happen; how is said
 * in {@code ManifestFiles}, whose tests hold the command line to the same files.
 */
class ManifestsIT {
  private static final ManifestFolder FOLDER =
      new ManifestFolder(Path.of("../crds/src/test/resources/manifests"), "modelcompressions");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static Scene scene;
  private static KubernetesClient client;

  @BeforeAll
  static void start() {
    Map<String, Double> found = figures();
    scene = new Scene(job -> Behaviour.sound(job, found));
    client = scene.client();
    client
        .namespaces()
        .withName(scene.namespace())
        .edit(
            namespace ->
                new NamespaceBuilder(namespace)
                    .editMetadata()
                    .addToLabels("pod-security.kubernetes.io/enforce", "restricted")
                    .endMetadata()
                    .build());
    // What valid-cluster.yaml names; the API server looks for them when a pod is made.
    client
        .resource(
            new PriorityClassBuilder()
                .withNewMetadata()
                .withName("batch")
                .endMetadata()
                .withValue(1)
                .build())
        .create();
    client
        .resource(
            new RuntimeClassBuilder()
                .withNewMetadata()
                .withName("gvisor")
                .endMetadata()
                .withHandler("runsc")
                .build())
        .create();
    scene.start();
  }

  @AfterAll
  static void stop() {
    scene.close();
  }

  @AfterEach
  void clear() {
    var all = client.resources(ModelCompression.class).inNamespace(scene.namespace());
    all.delete();
    Await.until("all is deleted", () -> all.list().getItems().isEmpty());
  }

  /** So that the pods of the next test show something. */
  @Test
  void theNamespaceTakesNoPodThatIsNotRestricted() {
    Pod pod =
        new PodBuilder()
            .withNewMetadata()
            .withName("any")
            .withNamespace(scene.namespace())
            .endMetadata()
            .withNewSpec()
            .addNewContainer()
            .withName("any")
            .withImage("any")
            .endContainer()
            .endSpec()
            .build();
    assertThatThrownBy(() -> client.resource(pod).create())
        .hasMessageContaining("violates PodSecurity \"restricted:latest\"");
  }

  /** To the end, with all of its Jobs and pods taken by the API server, level restricted. */
  @ParameterizedTest
  @MethodSource("valid")
  void runs(Path file) throws IOException {
    Answer answer = send(ManifestFolder.read(file));
    assertThat(answer.code()).as(answer.message()).isEqualTo(HttpURLConnection.HTTP_CREATED);
    List<String> stated = ManifestFolder.stated(file, "phase");
    Phase phase =
        stated.isEmpty() ? Phase.SUCCEEDED : JSON.convertValue(stated.get(0), Phase.class);
    ModelCompressionStatus status =
        scene.await(answer.name(), c -> c.getStatus().phase() != null && rests(c)).getStatus();
    assertThat(status.phase()).as(status.message()).isEqualTo(phase);
  }

  @ParameterizedTest
  @MethodSource("refused")
  void isRefusedAtAdmission(Path file) throws IOException {
    Answer answer = send(ManifestFolder.read(file));
    assertThat(answer.code()).as(answer.message()).isIn(400, 422);
    assertThat(answer.message()).contains(ManifestFolder.stated(file, "refused"));
  }

  @ParameterizedTest
  @MethodSource("stalled")
  void endsStalled(Path file) throws IOException {
    Answer answer = send(ManifestFolder.read(file));
    assertThat(answer.code()).as(answer.message()).isEqualTo(HttpURLConnection.HTTP_CREATED);
    String[] stated = ManifestFolder.stated(file, "stalled").get(0).split(": ", 2);
    ModelCompressionStatus status = scene.await(answer.name(), ManifestsIT::rests).getStatus();
    assertThat(status.conditions())
        .anySatisfy(
            condition -> {
              assertThat(condition.type()).isEqualTo(Condition.Type.STALLED);
              assertThat(condition.status()).isEqualTo(Condition.Status.TRUE);
              assertThat(condition.reason().text()).isEqualTo(stated[0]);
            });
    assertThat(status.message()).contains(stated[1]);
  }

  @Test
  void everyInvalidFileStatesWhatMustHappen() {
    List<Path> stating =
        Stream.of(refused(), stalled(), FOLDER.stating("invalid-", "one machine only"))
            .flatMap(List::stream)
            .toList();
    assertThat(FOLDER.files("invalid-")).containsExactlyInAnyOrderElementsOf(stating);
  }

  @Test
  void theExampleIsTaken() throws IOException {
    Answer answer =
        send(ManifestFolder.read(Path.of("../examples/fashion-mnist/compression.yaml")));
    assertThat(answer.code()).as(answer.message()).isEqualTo(HttpURLConnection.HTTP_CREATED);
  }

  /** Larger than what a pod's environment can hold, and than any one object may be. */
  @Test
  void aMebibyteOfTextIsRefused() throws IOException {
    String yaml =
        ManifestFolder.read(FOLDER.folder().resolve("invalid-parameter-too-long.yaml"))
            .replaceFirst("x{1025}", "x".repeat(1 << 20));
    assertThat(send(yaml).message()).contains("custom.parameters.text: Too long");
  }

  private static boolean rests(ModelCompression compression) {
    Phase phase = compression.getStatus().phase();
    return phase != null && (phase.terminal() || phase == Phase.SUSPENDED);
  }

  private static ManifestFolder.Answer send(String yaml) throws IOException {
    return FOLDER.send(client, scene.namespace(), yaml);
  }

  /** What an evaluate step finds: better than any gate of the files asks for. */
  private static Map<String, Double> figures() {
    Map<String, Double> figures = new HashMap<>();
    for (var metric : dev.modelcompression.api.Metric.values()) {
      figures.put(metric.originalKey(), metric.lowerIsBetter() ? 100.0 : 0.9);
      figures.put(metric.resultKey(), metric.lowerIsBetter() ? 20.0 : 0.9);
    }
    return figures;
  }

  private static List<Path> valid() {
    return FOLDER.files("valid-");
  }

  private static List<Path> refused() {
    return FOLDER.stating("invalid-", "refused");
  }

  private static List<Path> stalled() {
    return FOLDER.stating("invalid-", "stalled");
  }
}
