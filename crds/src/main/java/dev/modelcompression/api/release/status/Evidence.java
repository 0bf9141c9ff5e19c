package dev.modelcompression.api.release.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;

/** What was counted over all measurements of a run. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Evidence(
    @JsonPropertyDescription("baseline counts the answers of the baseline.") @Required
        Answers baseline,
    @JsonPropertyDescription("candidate counts the answers of the candidate.") @Required
        Answers candidate,
    @JsonPropertyDescription("pairs is how many samples both models answered. At least 0.")
        @Required
        @Min(0)
        Long pairs,
    @JsonPropertyDescription("agree is how many of the pairs have the same answer. At least 0.")
        @Required
        @Min(0)
        Long agree,
    @JsonPropertyDescription(
            "onlyBaselineRight is how many of the pairs the baseline alone answered rightly. At least"
                + " 0.")
        @Required
        @Min(0)
        Long onlyBaselineRight,
    @JsonPropertyDescription(
            "onlyCandidateRight is how many of the pairs the candidate alone answered rightly. At"
                + " least 0.")
        @Required
        @Min(0)
        Long onlyCandidateRight) {

  /** Nothing yet. */
  public static final Evidence NONE = new Evidence(Answers.NONE, Answers.NONE, 0L, 0L, 0L, 0L);

  /** Answers of one model. */
  public record Answers(
      @JsonPropertyDescription("requests is how many were sent. At least 0.") @Required @Min(0)
          Long requests,
      @JsonPropertyDescription("errors is how many got no valid answer. At least 0.")
          @Required
          @Min(0)
          Long errors,
      @JsonPropertyDescription("correct is how many answers were right. At least 0.")
          @Required
          @Min(0)
          Long correct) {
    /** Nothing yet. */
    public static final Answers NONE = new Answers(0L, 0L, 0L);
  }
}
