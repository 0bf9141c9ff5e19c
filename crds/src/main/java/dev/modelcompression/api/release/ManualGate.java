package dev.modelcompression.api.release;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Where a release waits for a person. */
public enum ManualGate {
  /** Before the candidate becomes the model that serves. */
  @JsonProperty("BeforePromotion")
  BEFORE_PROMOTION
}
