package dev.modelcompression.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.modelcompression.api.Locations;
import dev.modelcompression.api.release.ReleaseMetric;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Asks a pod to measure a baseline and a candidate on the same labelled samples, once. The answer
 * is a {@link ProbeReport}; a pod that ends with another exit code than 0 leaves a {@link
 * TerminationMessage}.
 *
 * <p>The rounds of a run walk through one permutation of the data set, drawn by the seed. A round
 * goes on after the {@code asked} samples that the rounds before it have asked, and begins anew at
 * the end. A round may be cut short by its time; so it is the count that says where the next one
 * begins, and no sample is asked again before all were asked.
 *
 * @param version version of the contract, {@value StepRequest#VERSION}
 * @param runId the run of the release that the round belongs to
 * @param round number of the round within the run, from 1
 * @param dataset a labelled {@code .npz} file
 * @param baseline what serves now
 * @param candidate what may serve next
 * @param samples how many samples each side is asked, 1 to {@value #MAX_SAMPLES}
 * @param asked how many samples each side was asked by the rounds of this run that were counted, at
 *     least 0; what a round asked that left no report is not among them, and is asked again
 * @param warmup how many requests each side gets before anything counts, 0 to {@value #MAX_WARMUP}
 * @param seed start of every random choice
 * @param concurrency pairs of requests under way at the same time, 1 to {@value #MAX_CONCURRENCY};
 *     the two of a pair are sent one after the other
 * @param timeoutMillis how long one request may take, 1 to {@value #MAX_MILLIS} ms
 * @param durationMillis after which no pair is begun any more, 1 to {@value #MAX_MILLIS} ms: the
 *     report is then about fewer samples
 * @param prometheus what else to ask; null when there is nothing
 * @param archive where the round is kept for the report of the release; null when nowhere
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ProbeRequest(
    @JsonProperty(required = true) String version,
    @JsonProperty(required = true) String runId,
    @JsonProperty(required = true) int round,
    @JsonProperty(required = true) InputsRequest.File dataset,
    @JsonProperty(required = true) Endpoint baseline,
    @JsonProperty(required = true) Endpoint candidate,
    @JsonProperty(required = true) int samples,
    @JsonProperty(required = true) long asked,
    @JsonProperty(required = true) int warmup,
    @JsonProperty(required = true) long seed,
    @JsonProperty(required = true) int concurrency,
    @JsonProperty(required = true) int timeoutMillis,
    @JsonProperty(required = true) int durationMillis,
    @Nullable Prometheus prometheus,
    @Nullable Archive archive) {

  /** The environment variable in which a pod finds its request as JSON. */
  public static final String VARIABLE = "MC_PROBE_REQUEST";

  /** The most samples of one round. */
  public static final int MAX_SAMPLES = 100_000;

  /** The most requests of a warm-up. */
  public static final int MAX_WARMUP = 1_000;

  /** The most pairs at the same time. */
  public static final int MAX_CONCURRENCY = 64;

  /** The longest time limit: an hour. */
  public static final int MAX_MILLIS = 3_600_000;

  /** The most queries of one round, so that the answers to all of them always fit. */
  public static final int MAX_QUERIES = 16;

  /** The longest name of a query. */
  public static final int MAX_QUERY_NAME = 40;

  private static final String WHAT = "probe request";

  private static final int MAX_URL = 2048;

  /** A workspace, and what names a run in it. */
  private static final int MAX_FOLDER = 2400;

  /**
   * A server of the Open Inference Protocol v2 over REST.
   *
   * @param url what comes before {@code /v2}, as in {@code http://fashion:8080}
   * @param headers sent with every request, at most 16; {@code Host} chooses the host that a
   *     gateway sees
   * @param model name of the model on that server
   */
  public record Endpoint(
      @JsonProperty(required = true) String url,
      @JsonProperty(required = true) Map<String, String> headers,
      @JsonProperty(required = true) String model) {
    private static final int MAX_HEADERS = 16;

    /** A token of RFC 9110, §5.6.2. */
    private static final Pattern HEADER = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}");

    private static final Pattern HEADER_VALUE = Pattern.compile("[\\x20-\\x7e]{0,1024}");

    private static final Pattern MODEL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,252}");

    /** Headers that the framing of a message decides. */
    private static final Set<String> FRAMING =
        Set.of(
            "connection",
            "content-length",
            "content-type",
            "expect",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    public Endpoint {
      requireUrl("url", url);
      headers = Ordered.copy(headers);
      if (headers.size() > MAX_HEADERS) {
        throw new IllegalArgumentException(
            "has %d headers, expected at most %d".formatted(headers.size(), MAX_HEADERS));
      }
      headers.forEach(Endpoint::requireHeader);
      if (!MODEL.matcher(model).matches()) {
        throw new IllegalArgumentException(
            "model is '%s', expected 1 to 253 letters, digits, '.', '_' and '-'"
                .formatted(Text.line(model, 64)));
      }
    }

    private static void requireHeader(String name, String value) {
      if (!HEADER.matcher(name).matches() || FRAMING.contains(name.toLowerCase(Locale.ROOT))) {
        throw new IllegalArgumentException(
            "header '%s' cannot be set".formatted(Text.line(name, 64)));
      }
      if (!HEADER_VALUE.matcher(value).matches()) {
        throw new IllegalArgumentException(
            "header '%s': expected at most 1024 printable ASCII characters".formatted(name));
      }
    }
  }

  /**
   * What a Prometheus is asked when the samples are through.
   *
   * @param url what comes before {@code /api/v1}
   * @param queries by name, at most {@value ProbeRequest#MAX_QUERIES}; names have at most {@value
   *     ProbeRequest#MAX_QUERY_NAME} characters
   */
  public record Prometheus(
      @JsonProperty(required = true) String url,
      @JsonProperty(required = true) Map<String, Query> queries) {
    public Prometheus {
      requireUrl("prometheus url", url);
      queries = Ordered.copy(queries);
      if (queries.size() > MAX_QUERIES) {
        throw new IllegalArgumentException(
            "has %d queries, expected at most %d".formatted(queries.size(), MAX_QUERIES));
      }
      queries.keySet().forEach(ProbeRequest::requireQueryName);
    }
  }

  /**
   * PromQL expressions of one metric, each for exactly one sample.
   *
   * @param candidate the metric of the candidate
   * @param baseline the same metric of the baseline; null when nothing is compared with it
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Query(@JsonProperty(required = true) String candidate, @Nullable String baseline) {
    private static final int MAX_EXPRESSION = 4096;

    public Query {
      requireExpression(candidate);
      if (baseline != null) {
        requireExpression(baseline);
      }
    }

    private static void requireExpression(String expression) {
      if (expression.isBlank() || expression.length() > MAX_EXPRESSION) {
        throw new IllegalArgumentException(
            "query has %d characters, expected 1 to %d"
                .formatted(expression.length(), MAX_EXPRESSION));
      }
    }
  }

  /**
   * Where a round is kept, and what is kept with it.
   *
   * @param folder the run's folder in the workspace: {@code pvc://}, {@code s3://} or {@code
   *     file://}
   * @param weight the candidate's share of the requests of clients while it is measured, 0 to 100
   * @param traffic whether the candidate gets requests of clients, or copies of them; without any,
   *     metrics with a query do not count
   * @param metrics the limits that the round is judged by, without their queries
   */
  public record Archive(
      @JsonProperty(required = true) String folder,
      @JsonProperty(required = true) int weight,
      @JsonProperty(required = true) boolean traffic,
      @JsonProperty(required = true) List<ReleaseMetric> metrics) {
    public Archive {
      requireFolder(WHAT, folder);
      requireRange("weight", weight, 0, 100);
      metrics = List.copyOf(metrics);
    }
  }

  public ProbeRequest {
    Versions.check(WHAT, version);
    OutputNames.requireName(WHAT + " runId", runId);
    requireRange("round", round, 1, Integer.MAX_VALUE);
    requireRange("samples", samples, 1, MAX_SAMPLES);
    if (asked < 0) {
      throw new IllegalArgumentException(
          "%s: asked is %d, expected at least 0".formatted(WHAT, asked));
    }
    requireRange("warmup", warmup, 0, MAX_WARMUP);
    requireRange("concurrency", concurrency, 1, MAX_CONCURRENCY);
    requireRange("timeoutMillis", timeoutMillis, 1, MAX_MILLIS);
    requireRange("durationMillis", durationMillis, 1, MAX_MILLIS);
  }

  /**
   * Reads a request.
   *
   * @throws IllegalArgumentException the text is not exactly a request; says where
   */
  public static ProbeRequest parse(String json) {
    return ContractJson.read(json, ProbeRequest.class, WHAT);
  }

  /** The queries by name; none where there is no Prometheus. */
  public Map<String, Query> queries() {
    return prometheus == null ? Map.of() : prometheus.queries();
  }

  /**
   * The report as it may be used.
   *
   * @param report what a pod left; it is not trusted
   * @throws IllegalArgumentException it is about another round, or about more than was asked
   */
  public ProbeReport answeredBy(ProbeReport report) {
    if (!report.runId().equals(runId) || report.round() != round) {
      throw new IllegalArgumentException(
          "answer to the %s: is about round %d of run '%s', expected round %d of run '%s'"
              .formatted(WHAT, report.round(), report.runId(), round, runId));
    }
    if (report.baseline().requests() > samples) {
      throw new IllegalArgumentException(
          "answer to the %s: has %d requests to each side, expected at most %d"
              .formatted(WHAT, report.baseline().requests(), samples));
    }
    if (!report.queries().keySet().equals(queries().keySet())) {
      throw new IllegalArgumentException(
          "answer to the %s: is about queries %s, expected %s"
              .formatted(WHAT, report.queries().keySet(), queries().keySet()));
    }
    queries()
        .forEach(
            (name, query) -> {
              var answers = report.queries().get(name);
              if (answers == null || (answers.baseline() == null) != (query.baseline() == null)) {
                throw new IllegalArgumentException(
                    "answer to the %s: query '%s' is not answered for the sides that were asked"
                        .formatted(WHAT, name));
              }
            });
    return report;
  }

  static void requireFolder(String what, String folder) {
    if (folder.length() > MAX_FOLDER || !Locations.isFolder(folder)) {
      throw new IllegalArgumentException("%s: folder: %s".formatted(what, Locations.FOLDER));
    }
  }

  static void requireQueryName(String name) {
    OutputNames.requireName("query", name);
    if (name.length() > MAX_QUERY_NAME) {
      throw new IllegalArgumentException(
          "query: name '%s' has %d characters, expected at most %d"
              .formatted(name, name.length(), MAX_QUERY_NAME));
    }
  }

  private static void requireRange(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s: %s is %d, expected %d to %d".formatted(WHAT, name, value, least, most));
    }
  }

  private static void requireUrl(String what, String url) {
    URI parsed;
    try {
      parsed = URI.create(url);
    } catch (IllegalArgumentException e) {
      throw refusedUrl(what, url);
    }
    boolean web = "http".equals(parsed.getScheme()) || "https".equals(parsed.getScheme());
    if (url.length() > MAX_URL
        || !web
        || parsed.getHost() == null
        || parsed.getRawUserInfo() != null
        || parsed.getRawQuery() != null
        || parsed.getRawFragment() != null) {
      throw refusedUrl(what, url);
    }
  }

  private static IllegalArgumentException refusedUrl(String what, String url) {
    return new IllegalArgumentException(
        "%s is '%s', expected http(s)://<host>[:<port>][/<path>] of at most %d characters"
            .formatted(what, Text.line(url, 256), MAX_URL));
  }
}
