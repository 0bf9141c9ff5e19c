package dev.modelcompression.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.api.release.ModelRelease;
import dev.modelcompression.operator.cluster.ApiServer;
import dev.modelcompression.operator.cluster.ManifestFolder;
import dev.modelcompression.operator.cluster.ManifestFolder.Answer;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The files that show what is a ModelRelease and what is none, sent to a real API server; no
 * operator is needed to refuse them.
 */
class ReleaseManifestsIT {
  private static final ManifestFolder FOLDER =
      new ManifestFolder(Path.of("../crds/src/test/resources/releases"), "modelreleases");

  private static KubernetesClient client;
  private static String namespace;

  @BeforeAll
  static void start() {
    client = ApiServer.get().client();
    namespace = ApiServer.namespace(client);
  }

  @AfterAll
  static void stop() {
    client.close();
  }

  @AfterEach
  void clear() {
    client.resources(ModelRelease.class).inNamespace(namespace).delete();
  }

  @ParameterizedTest
  @MethodSource("valid")
  void isTaken(Path file) throws IOException {
    Answer answer = FOLDER.send(client, namespace, ManifestFolder.read(file));
    assertThat(answer.code()).as(answer.message()).isEqualTo(HttpURLConnection.HTTP_CREATED);
  }

  @ParameterizedTest
  @MethodSource("refused")
  void isRefusedAtAdmission(Path file) throws IOException {
    Answer answer = FOLDER.send(client, namespace, ManifestFolder.read(file));
    assertThat(answer.code()).as(answer.message()).isIn(400, 422);
    assertThat(answer.message()).contains(ManifestFolder.stated(file, "refused"));
  }

  @Test
  void everyInvalidFileIsRefused() {
    assertThat(FOLDER.files("invalid-")).isNotEmpty().isEqualTo(refused());
  }

  private static List<Path> valid() {
    return FOLDER.files("valid-");
  }

  private static List<Path> refused() {
    return FOLDER.stating("invalid-", "refused");
  }
}
