package dev.modelcompression.contract;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A published file, or a model of several files: see {@link #with}.
 *
 * @param name what it is to the step: {@code model}, {@code original}, {@code details}
 * @param uri where it is: absolute in a request; in a report, relative to the folder of the report
 * @param digest {@code sha256:} and 64 hexadecimal digits of the content, or of the listing of
 *     {@link #with}
 * @param bytes size of the content
 */
public record Artifact(
    @JsonProperty(required = true) String name,
    @JsonProperty(required = true) String uri,
    @JsonProperty(required = true) String digest,
    @JsonProperty(required = true) long bytes) {
  private static final Pattern DIGEST = Pattern.compile("sha256:[a-f0-9]{64}");

  /** Name of the model that a step works on, and of the model that it makes. */
  public static final String MODEL = "model";

  /** Ending of the name of the output that holds the tensors of a model too large for one file. */
  public static final String EXTERNAL_DATA = ".data";

  /** Name of the model that the user started from. */
  public static final String ORIGINAL = "original";

  /** Prefix of the names of models that earlier steps of a trial made; the step's name follows. */
  public static final String STAGE = "stage.";

  public Artifact {
    requireDigest("artifact '" + name + "': digest", digest);
    if (bytes < 0) {
      throw new IllegalArgumentException("artifact '" + name + "': bytes is " + bytes);
    }
  }

  /** Refuses what is no digest; {@code what} is its place, for the message. */
  static void requireDigest(String what, String digest) {
    if (!DIGEST.matcher(digest).matches()) {
      throw new IllegalArgumentException(
          what + " is '" + digest + "', expected sha256:<64 hex digits>");
    }
  }

  /** The same content under another name and location. */
  public Artifact at(String otherName, String otherUri) {
    return new Artifact(otherName, otherUri, digest, bytes);
  }

  /**
   * This file and those that it needs, as one artifact: its size is the sum of theirs, and its
   * digest is the SHA-256 of a listing in UTF-8, each line ended by one line feed:
   *
   * <pre>
   * sha256:DIGEST-OF-THIS-FILE
   * sha256:DIGEST NAME          for each of the others, ordered by name
   * </pre>
   *
   * <p>This file's own name is not part of it, so that renaming a model does not change it.
   *
   * @param others files under the names that this file knows them by; when there are none, the
   *     artifact stays as it is, with the plain digest of the file
   */
  public Artifact with(List<Artifact> others) {
    if (others.isEmpty()) {
      return this;
    }
    String listing =
        others.stream()
            .sorted(Comparator.comparing(Artifact::name))
            .map(other -> other.digest() + " " + other.name() + "\n")
            .collect(Collectors.joining("", digest + "\n", ""));
    long sum = bytes + others.stream().mapToLong(Artifact::bytes).sum();
    return new Artifact(name, uri, CanonicalJson.digestOfText(listing), sum);
  }

  /** The model among a step's outputs, together with its external data where it has some. */
  public static Optional<Artifact> model(Map<String, Artifact> outputs) {
    return Optional.ofNullable(outputs.get(MODEL))
        .map(
            model ->
                model.with(
                    Optional.ofNullable(outputs.get(MODEL + EXTERNAL_DATA)).stream()
                        .map(data -> data.at(fileName(data.uri()), data.uri()))
                        .toList()));
  }

  private static String fileName(String uri) {
    return uri.substring(uri.lastIndexOf('/') + 1);
  }
}
