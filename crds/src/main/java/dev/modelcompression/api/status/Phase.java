package dev.modelcompression.api.status;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Where a compression stands, in one word for people. Programs look at the conditions. */
public enum Phase {
  /** The inputs are looked at; no step has been started yet. */
  @JsonProperty("Pending")
  PENDING(false),
  /**
   * Waits for what the cluster does not give yet: room, an image, a Secret, leave to start a pod.
   */
  @JsonProperty("Queued")
  QUEUED(false),
  /** A step runs, or is started again after a pause. */
  @JsonProperty("Running")
  RUNNING(false),
  /** The user has stopped it; what is finished is kept. */
  @JsonProperty("Suspended")
  SUSPENDED(false),
  /** Every step ended well and every gate passed. */
  @JsonProperty("Succeeded")
  SUCCEEDED(true),
  /** Ended without a model that keeps every gate, or the spec cannot be run. */
  @JsonProperty("Failed")
  FAILED(true);

  private final boolean terminal;

  Phase(boolean terminal) {
    this.terminal = terminal;
  }

  /** Whether the run has ended. */
  public boolean terminal() {
    return terminal;
  }
}
