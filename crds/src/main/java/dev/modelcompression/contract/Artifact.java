package dev.modelcompression.contract;

import java.util.regex.Pattern;

/**
 * A published file.
 *
 * @param name what it is to the step: {@code model}, {@code original}, {@code details}
 * @param uri where it is: absolute in a request; in a report, relative to the folder of the report
 * @param digest {@code sha256:} and 64 hexadecimal digits of the content
 * @param bytes size of the content
 */
public record Artifact(String name, String uri, String digest, long bytes) {
  private static final Pattern DIGEST = Pattern.compile("sha256:[a-f0-9]{64}");

  /** Name of the model that a step works on, and of the model that it makes. */
  public static final String MODEL = "model";

  /** Name of the model that the user started from. */
  public static final String ORIGINAL = "original";

  /** Prefix of the names of models that earlier steps of a trial made; the step's name follows. */
  public static final String STAGE = "stage.";

  public Artifact {
    if (!DIGEST.matcher(digest).matches()) {
      throw new IllegalArgumentException(
          "artifact '" + name + "': digest is '" + digest + "', expected sha256:<64 hex digits>");
    }
    if (bytes < 0) {
      throw new IllegalArgumentException("artifact '" + name + "': bytes is " + bytes);
    }
  }

  /** The same content under another name and location. */
  public Artifact at(String otherName, String otherUri) {
    return new Artifact(otherName, otherUri, digest, bytes);
  }
}
