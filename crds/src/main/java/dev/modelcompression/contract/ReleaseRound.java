package dev.modelcompression.contract;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.modelcompression.api.release.ReleaseMetric;
import java.time.Instant;
import java.util.List;

/**
 * One measurement of a release as it is kept in the workspace, in the file {@link #fileName} of the
 * run's folder. Who reads it does not trust it: many can write to a workspace.
 *
 * @param version version of the contract
 * @param time when the measurement ended
 * @param weight the candidate's share of the requests of clients, 0 to 100
 * @param traffic whether metrics with a query count
 * @param metrics the limits that it was made for, without their queries
 * @param report what was measured
 */
public record ReleaseRound(
    @JsonProperty(required = true) String version,
    @JsonProperty(required = true) Instant time,
    @JsonProperty(required = true) int weight,
    @JsonProperty(required = true) boolean traffic,
    @JsonProperty(required = true) List<ReleaseMetric> metrics,
    @JsonProperty(required = true) ProbeReport report) {

  /** What a file has at most. */
  public static final int MAX_BYTES = 32 << 10;

  private static final String WHAT = "round of a release";

  public ReleaseRound {
    Versions.check(WHAT, version);
    if (weight < 0 || weight > 100) {
      throw new IllegalArgumentException(
          "%s: weight is %d, expected 0 to 100".formatted(WHAT, weight));
    }
    metrics = List.copyOf(metrics);
  }

  /** The round of a measurement that was asked to be kept. */
  public static ReleaseRound of(ProbeRequest.Archive asked, ProbeReport report, Instant time) {
    return new ReleaseRound(
        StepRequest.VERSION, time, asked.weight(), asked.traffic(), asked.metrics(), report);
  }

  /**
   * Reads a round.
   *
   * @throws IllegalArgumentException the text is not exactly a round; says where
   */
  public static ReleaseRound parse(String json) {
    return ContractJson.read(json, ReleaseRound.class, WHAT);
  }

  /** Name of the file of a round, in the run's folder. */
  public static String fileName(int round) {
    return "round-%04d.json".formatted(round);
  }
}
