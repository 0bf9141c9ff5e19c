package dev.modelcompression.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Asks a pod what the files of a run are, before its first step: whoever plans the run follows no
 * URI itself. The answer is a {@link TerminationMessage}.
 *
 * @param version version of the contract, {@value StepRequest#VERSION}
 * @param files 1 to 8 files by name: {@code model}, and data sets by use
 */
public record InputsRequest(
    @JsonProperty(required = true) String version,
    @JsonProperty(required = true) Map<String, File> files) {

  /** The environment variable in which a pod finds its request as JSON. */
  public static final String VARIABLE = "MC_INPUTS_REQUEST";

  private static final String WHAT = "inputs request";

  private static final int MAX_URI = 2048;

  /**
   * A file.
   *
   * @param uri where it is
   * @param digest what it must hash to; null when whatever is there is meant
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record File(@JsonProperty(required = true) String uri, @Nullable String digest) {
    public File {
      if (uri.isBlank() || uri.length() > MAX_URI) {
        throw new IllegalArgumentException(
            "uri has " + uri.length() + " characters, expected 1 to " + MAX_URI);
      }
      if (digest != null) {
        Artifact.requireDigest("digest", digest);
      }
    }
  }

  public InputsRequest {
    Versions.check(WHAT, version);
    files = Ordered.copy(files);
    if (files.isEmpty() || files.size() > OutputNames.MAX_ARTIFACTS) {
      throw new IllegalArgumentException(
          "%s: has %d files, expected 1 to %d"
              .formatted(WHAT, files.size(), OutputNames.MAX_ARTIFACTS));
    }
    files.keySet().forEach(name -> OutputNames.requireName(WHAT, name));
  }

  /** A request of the current version. */
  public static InputsRequest of(Map<String, File> files) {
    return new InputsRequest(StepRequest.VERSION, files);
  }

  /**
   * The message that answers this request. It says nothing of where the files are, which may be too
   * long for it: URIs in it repeat the names.
   *
   * @param found digest and size of each of the files
   */
  public TerminationMessage answer(Map<String, Artifact> found, String message) {
    Map<String, Artifact> named = new TreeMap<>();
    found.forEach((name, artifact) -> named.put(name, artifact.at(name, name)));
    return new TerminationMessage(
        StepRequest.VERSION, ExitCode.DONE, message, null, named, Map.of());
  }

  /**
   * The files as a pod found them, at the places that this request names.
   *
   * @param answer what the pod left; it is not trusted
   * @throws IllegalArgumentException the answer is about other files, or does not keep to a digest
   *     of the request
   */
  public Map<String, Artifact> answeredBy(TerminationMessage answer) {
    if (!answer.outputs().keySet().equals(files.keySet())) {
      throw new IllegalArgumentException(
          "answer to the %s: is about %s, expected %s"
              .formatted(WHAT, answer.outputs().keySet(), files.keySet()));
    }
    Map<String, Artifact> found = new TreeMap<>();
    files.forEach(
        (name, file) -> {
          var artifact = Objects.requireNonNull(answer.outputs().get(name));
          if (file.digest() != null && !file.digest().equals(artifact.digest())) {
            throw new IllegalArgumentException(
                "answer to the %s: '%s' has digest %s, expected %s"
                    .formatted(WHAT, name, artifact.digest(), file.digest()));
          }
          found.put(name, artifact.at(name, file.uri()));
        });
    return Ordered.copy(found);
  }
}
