package dev.modelcompression.cli.report;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.List;
import java.util.Map;

/** One attempt at passing the gates, and what it changed against the settings as written. */
public record Trial(
    @JsonPropertyDescription("Number of the trial, from 1.") int trial,
    @JsonPropertyDescription("Whether the result is this trial's model.") boolean chosen,
    @JsonPropertyDescription(
            "Settings that differ from the ModelCompression, as `step.path=value`; empty for the first.")
        List<String> changes,
    @JsonPropertyDescription("How many gates passed.") int gatesPassed,
    @JsonPropertyDescription("How many gates there are.") int gatesTotal,
    @JsonPropertyDescription("Numbers measured on the trial's model, named as in `result.metrics`.")
        Map<String, Double> metrics) {

  public Trial {
    changes = List.copyOf(changes);
    metrics = Numbers.finite(metrics);
  }
}
