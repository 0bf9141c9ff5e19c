package dev.modelcompression.api.release.status;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What a measurement says of a limit. */
public enum Verdict {
  /** It is kept, beyond chance. */
  @JsonProperty("Pass")
  PASS,
  /** It is broken, beyond chance. */
  @JsonProperty("Fail")
  FAIL,
  /** It is not known yet: too few samples, or no data. */
  @JsonProperty("Inconclusive")
  INCONCLUSIVE
}
