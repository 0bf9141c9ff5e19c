package dev.modelcompression.operator.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A folder of manifests whose heads state what must happen: how is said in {@code ManifestFiles} of
 * {@code crds}.
 *
 * @param folder where they are
 * @param plural the resource that they are sent as
 */
public record ManifestFolder(Path folder, String plural) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * What an API server said.
   *
   * @param code HTTP status
   * @param message of an error
   * @param name of what was created
   */
  public record Answer(int code, String message, String name) {}

  /** Its files of that beginning, in order. */
  public List<Path> files(String prefix) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(prefix))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Those whose head has a line of that word. */
  public List<Path> stating(String prefix, String word) {
    return files(prefix).stream().filter(file -> !stated(file, word).isEmpty()).toList();
  }

  /** What a file's head states with that word, a text for each line. */
  public static List<String> stated(Path file, String word) {
    String begin = "# " + word + ": ";
    return read(file)
        .lines()
        .takeWhile(line -> line.startsWith("#"))
        .filter(line -> line.startsWith(begin))
        .map(line -> line.substring(begin.length()))
        .toList();
  }

  /** A file as it stands. */
  public static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends a manifest with strict field validation, as {@code kubectl} does. */
  public Answer send(KubernetesClient client, String namespace, String yaml) throws IOException {
    // The one thing that a file may say and a test cannot follow.
    String body = yaml.replaceFirst("(?m)^  namespace: .*\\n", "");
    URI uri =
        URI.create(
            client.getMasterUrl()
                + "apis/modelcompression.dev/v1alpha1/namespaces/"
                + namespace
                + "/"
                + plural
                + "?fieldValidation=Strict");
    HttpResponse<String> response =
        client
            .getHttpClient()
            .sendAsync(
                client
                    .getHttpClient()
                    .newHttpRequestBuilder()
                    .uri(uri.toString())
                    .post("application/yaml", body)
                    .header("Accept", "application/json")
                    .build(),
                String.class)
            .join();
    JsonNode answer = JSON.readTree(response.body());
    String name = response.isSuccessful() ? answer.at("/metadata/name").asText() : "";
    return new Answer(response.code(), answer.path("message").asText(), name);
  }
}
