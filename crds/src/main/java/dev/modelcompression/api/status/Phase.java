package dev.modelcompression.api.status;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Where a compression stands, in one word for people. Programs look at the conditions. */
public enum Phase {
  /** Nothing has been started yet. */
  @JsonProperty("Pending")
  PENDING(false),
  /** A step waits for room: a quota, a queue, a node. */
  @JsonProperty("Queued")
  QUEUED(false),
  /** A step runs. */
  @JsonProperty("Running")
  RUNNING(false),
  /** The user has stopped it. */
  @JsonProperty("Suspended")
  SUSPENDED(false),
  /** Done; every gate passed. */
  @JsonProperty("Succeeded")
  SUCCEEDED(true),
  /** Ended without a model that keeps every gate. */
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
