package dev.modelcompression.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A {@code ModelCompression} as read from a file: the same content as {@link ModelCompression},
 * without a Kubernetes client.
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Manifest(
    String apiVersion, String kind, Metadata metadata, ModelCompressionSpec spec) {
  /** API group of the kind. */
  public static final String GROUP = "modelcompression.dev";

  /** Version of the kind. */
  public static final String VERSION = "v1alpha1";

  /** What {@code apiVersion} must say. */
  public static final String API_VERSION = GROUP + "/" + VERSION;

  /** What {@code kind} must say. */
  public static final String KIND = "ModelCompression";

  /** Name and labels; other members of a Kubernetes object's metadata are accepted and ignored. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Metadata(String name, @Nullable String namespace, Map<String, String> labels) {
    public Metadata {
      labels = labels == null ? Map.of() : Map.copyOf(labels);
    }
  }
}
