package dev.modelcompression.api.release;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What stays when a release is deleted. */
public enum DeletionPolicy {
  /** What serves all requests goes on serving. */
  @JsonProperty("Retain")
  RETAIN,
  /** Nothing. */
  @JsonProperty("Delete")
  DELETE
}
