package dev.modelcompression.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a round of a {@link ProbeRequest} measured. It is left as the termination message of a
 * container that ends with 0, in at most {@value TerminationMessage#MAX_BYTES} bytes: its bounds
 * are such that it always fits.
 *
 * <p>It comes from a pod and decides what serves, so every count that contradicts another is an
 * error.
 *
 * @param version version of the contract
 * @param runId run of the request
 * @param round round of the request
 * @param population how many samples the data set has
 * @param baseline what the baseline answered
 * @param candidate what the candidate answered, to as many requests
 * @param pairs the samples that both sides answered
 * @param queries answers of Prometheus by name of the query
 */
public record ProbeReport(
    @JsonProperty(required = true) String version,
    @JsonProperty(required = true) String runId,
    @JsonProperty(required = true) int round,
    @JsonProperty(required = true) int population,
    @JsonProperty(required = true) Side baseline,
    @JsonProperty(required = true) Side candidate,
    @JsonProperty(required = true) Pairs pairs,
    @JsonProperty(required = true) Map<String, Answers> queries)
    implements EndMessage {

  private static final String WHAT = "probe report";

  private static final int MAX_REASON_CHARS = 48;

  private static final Pattern NOT_PLAIN = Pattern.compile("[^\\x20-\\x7e]|[\"\\\\]");

  /**
   * A positive number that was measured.
   *
   * @param value estimate
   * @param logError standard error of the natural logarithm of the value, at least 0
   */
  public record Estimate(
      @JsonProperty(required = true) double value, @JsonProperty(required = true) double logError) {
    private static final double MAX_VALUE = 1e9;
    private static final double MAX_ERROR = 100;

    public Estimate {
      // Written so that NaN is refused, too.
      if (!(value >= 1 / MAX_VALUE && value <= MAX_VALUE)) {
        throw new IllegalArgumentException("value is " + value + ", expected 1e-9 to 1e9");
      }
      if (!(logError >= 0 && logError <= MAX_ERROR)) {
        throw new IllegalArgumentException("logError is " + logError + ", expected 0 to 100");
      }
    }
  }

  /**
   * The answers of one side.
   *
   * @param requests requests that were sent and count
   * @param errors those without a proper answer: refused, timed out, another status than 2xx,
   *     malformed
   * @param correct answers whose class is the label
   * @param p50 median time from request to whole answer in ms, of the requests without error; null
   *     when there is none
   * @param p99 99th percentile of the same times in ms
   * @param failure the most frequent kind of error, in a few words; null without errors
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Side(
      @JsonProperty(required = true) int requests,
      @JsonProperty(required = true) int errors,
      @JsonProperty(required = true) int correct,
      @Nullable Estimate p50,
      @Nullable Estimate p99,
      @Nullable String failure) {
    public Side {
      requireCount("requests", requests, ProbeRequest.MAX_SAMPLES);
      requireCount("errors", errors, requests);
      requireCount("correct", correct, requests - errors);
      requirePresence("p50", p50, requests > errors);
      requirePresence("p99", p99, requests > errors);
      requirePresence("failure", failure, errors > 0);
      if (p50 != null && p99 != null && p50.value() > p99.value()) {
        throw new IllegalArgumentException(
            "p50 is %s, above the p99 of %s".formatted(p50.value(), p99.value()));
      }
      failure = failure == null ? null : reason(failure);
    }

    /** Requests with a proper answer. */
    public int answered() {
      return requests - errors;
    }
  }

  /**
   * The samples that both sides answered.
   *
   * @param count how many there are
   * @param agree those that both gave the same class
   * @param onlyBaselineRight those that only the baseline gave the class of the label
   * @param onlyCandidateRight those that only the candidate gave the class of the label
   * @param p50Ratio median time of the candidate over that of the baseline; null without pairs
   * @param p99Ratio the same of the 99th percentiles
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Pairs(
      @JsonProperty(required = true) int count,
      @JsonProperty(required = true) int agree,
      @JsonProperty(required = true) int onlyBaselineRight,
      @JsonProperty(required = true) int onlyCandidateRight,
      @Nullable Estimate p50Ratio,
      @Nullable Estimate p99Ratio) {
    public Pairs {
      requireCount("pairs", count, ProbeRequest.MAX_SAMPLES);
      requireCount("agree", agree, count);
      requireCount("onlyBaselineRight", onlyBaselineRight, count - agree);
      requireCount("onlyCandidateRight", onlyCandidateRight, count - agree - onlyBaselineRight);
      requirePresence("p50Ratio", p50Ratio, count > 0);
      requirePresence("p99Ratio", p99Ratio, count > 0);
    }
  }

  /**
   * What Prometheus answered to one query.
   *
   * @param value the one finite sample of the answer; null when it was anything else
   * @param failure why there is no value, in a few words
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Answer(@Nullable Double value, @Nullable String failure) {
    public Answer {
      if ((value == null) == (failure == null)) {
        throw new IllegalArgumentException("expected exactly one of value and failure");
      }
      if (value != null && !Double.isFinite(value)) {
        throw new IllegalArgumentException("value is " + value);
      }
      failure = failure == null ? null : reason(failure);
    }

    /** A value. */
    public static Answer of(double value) {
      return new Answer(value, null);
    }

    /** No value, and why. */
    public static Answer failed(String reason) {
      return new Answer(null, reason);
    }
  }

  /**
   * What Prometheus answered for one metric.
   *
   * @param candidate the metric of the candidate
   * @param baseline the metric of the baseline; null when the request has no query for it
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Answers(
      @JsonProperty(required = true) Answer candidate, @Nullable Answer baseline) {}

  public ProbeReport {
    Versions.check(WHAT, version);
    OutputNames.requireName(WHAT + " runId", runId);
    if (round < 1) {
      throw new IllegalArgumentException(WHAT + ": round is " + round);
    }
    queries = Ordered.copy(queries);
    requireCount("queries", queries.size(), ProbeRequest.MAX_QUERIES);
    queries.keySet().forEach(ProbeRequest::requireQueryName);
    if (baseline.requests() > population) {
      throw new IllegalArgumentException(
          "%s: %d requests to each side, but the data set has %d samples"
              .formatted(WHAT, baseline.requests(), population));
    }
    requireConsistent(baseline, candidate, pairs);
  }

  /**
   * Reads what a pod left. The text is untrusted: too long, malformed or contradictory is an error,
   * never a guess.
   *
   * @throws IllegalArgumentException the text is not exactly a report
   */
  public static ProbeReport parse(String json) {
    int bytes = json.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > TerminationMessage.MAX_BYTES) {
      throw new IllegalArgumentException(
          "%s: has %d bytes, expected at most %d"
              .formatted(WHAT, bytes, TerminationMessage.MAX_BYTES));
    }
    return ContractJson.read(json, ProbeReport.class, WHAT);
  }

  /** A report is only left by a probe that was done. */
  @Override
  public ExitCode exit() {
    return ExitCode.DONE;
  }

  /** The report as JSON of at most {@value TerminationMessage#MAX_BYTES} bytes. */
  @Override
  public String toJson() {
    return CanonicalJson.of(this);
  }

  private static void requireConsistent(Side baseline, Side candidate, Pairs pairs) {
    if (baseline.requests() != candidate.requests()) {
      throw new IllegalArgumentException(
          "%s: %d requests to the baseline and %d to the candidate, expected as many"
              .formatted(WHAT, baseline.requests(), candidate.requests()));
    }
    int least = Math.max(0, baseline.requests() - baseline.errors() - candidate.errors());
    int most = Math.min(baseline.answered(), candidate.answered());
    if (pairs.count() < least || pairs.count() > most) {
      throw new IllegalArgumentException(
          "%s: %d pairs, expected %d to %d by the errors of both sides"
              .formatted(WHAT, pairs.count(), least, most));
    }
    // Samples that both sides got right: the right answers of a side are those, the ones that only
    // it got right, and some of its answers that are in no pair.
    int bothBaseline = baseline.correct() - pairs.onlyBaselineRight();
    int bothCandidate = candidate.correct() - pairs.onlyCandidateRight();
    int fewest =
        Math.max(
            0,
            Math.max(
                bothBaseline - (baseline.answered() - pairs.count()),
                bothCandidate - (candidate.answered() - pairs.count())));
    if (fewest > Math.min(pairs.agree(), Math.min(bothBaseline, bothCandidate))) {
      throw new IllegalArgumentException(
          "%s: %d and %d right answers cannot be with %d pairs of which %d agree and %d and %d were right on one side only"
              .formatted(
                  WHAT,
                  baseline.correct(),
                  candidate.correct(),
                  pairs.count(),
                  pairs.agree(),
                  pairs.onlyBaselineRight(),
                  pairs.onlyCandidateRight()));
    }
  }

  private static void requireCount(String name, int value, int most) {
    if (value < 0 || value > most) {
      throw new IllegalArgumentException(
          "%s is %d, expected 0 to %d".formatted(name, value, Math.max(0, most)));
    }
  }

  private static void requirePresence(String name, @Nullable Object value, boolean expected) {
    if ((value != null) != expected) {
      throw new IllegalArgumentException(
          name + (expected ? " is missing" : " is there, but nothing to tell it from"));
    }
  }

  /** A few plain characters, each one byte of JSON. */
  private static String reason(String text) {
    return NOT_PLAIN.matcher(Text.line(text, MAX_REASON_CHARS)).replaceAll("'");
  }
}
