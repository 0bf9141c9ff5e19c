package dev.modelcompression.api.release;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.modelcompression.api.Manifest;

/**
 * A {@code ModelRelease} as read from a file: the same content as {@link ModelRelease}, without a
 * Kubernetes client.
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record ReleaseManifest(
    String apiVersion, String kind, Manifest.Metadata metadata, ReleaseSpec spec) {
  /** What {@code kind} must say. */
  public static final String KIND = "ModelRelease";
}
