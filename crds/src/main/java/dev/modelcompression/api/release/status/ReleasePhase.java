package dev.modelcompression.api.release.status;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Where a release stands, in one word for people. Programs look at the conditions. */
public enum ReleasePhase {
  /** Something that it needs is not there yet: the result of a compression, a Gateway. */
  @JsonProperty("Pending")
  PENDING,
  /** The workloads and the route are made. All requests go to the baseline. */
  @JsonProperty("Initializing")
  INITIALIZING,
  /** The candidate is measured, and may get copies of requests; the baseline answers all. */
  @JsonProperty("Shadowing")
  SHADOWING,
  /** The candidate answers a share of the requests. */
  @JsonProperty("Progressing")
  PROGRESSING,
  /** Held at its weight, for a person. */
  @JsonProperty("Paused")
  PAUSED,
  /** The candidate passed: it gets all requests and becomes the model that serves. */
  @JsonProperty("Promoting")
  PROMOTING,
  /** The candidate serves; the repository does not say so yet. */
  @JsonProperty("AwaitingGit")
  AWAITING_GIT,
  /** What the release does not need any more goes away. */
  @JsonProperty("Finalising")
  FINALISING,
  /** The candidate serves, and nothing is left to do. */
  @JsonProperty("Succeeded")
  SUCCEEDED,
  /** Requests go back to the baseline. */
  @JsonProperty("RollingBack")
  ROLLING_BACK,
  /** The baseline serves; the candidate is refused. */
  @JsonProperty("RolledBack")
  ROLLED_BACK
}
