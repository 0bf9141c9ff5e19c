package dev.modelcompression.cli;

import dev.modelcompression.contract.InputsRequest;
import dev.modelcompression.contract.ProbeRequest;
import dev.modelcompression.contract.ProbeRequest.Endpoint;
import dev.modelcompression.contract.ProbeRequest.Prometheus;
import dev.modelcompression.contract.ProbeRequest.Query;
import dev.modelcompression.contract.StepRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A probe that a person asks for. */
final class ProbeOptions {
  private static final int MILLIS = 1000;

  @Option(
      names = "--baseline",
      paramLabel = "URL",
      description = "The server that the candidate is compared with: what comes before /v2.")
  private @Nullable String baseline;

  @Option(names = "--candidate", paramLabel = "URL", description = "The server to judge.")
  private @Nullable String candidate;

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = "Name of the model on both servers.")
  private @Nullable String model;

  @Option(
      names = "--candidate-model",
      paramLabel = "NAME",
      description = "Name of the model on the candidate, where it is another one.")
  private @Nullable String candidateModel;

  @Option(
      names = "--data",
      paramLabel = "FILE",
      description = "Labelled samples: an .npz file as the other commands take it.")
  private @Nullable String data;

  @Option(
      names = "--baseline-header",
      paramLabel = "'NAME: VALUE'",
      description = "Sent with every request to the baseline, such as 'Host: fashion.example.com'.")
  private List<String> baselineHeaders = new ArrayList<>();

  @Option(
      names = "--candidate-header",
      paramLabel = "'NAME: VALUE'",
      description = "Sent with every request to the candidate.")
  private List<String> candidateHeaders = new ArrayList<>();

  @Option(
      names = "--samples",
      paramLabel = "N",
      description = "How many samples each side is asked. Defaults to 500.")
  private int samples = 500;

  @Option(
      names = "--round",
      paramLabel = "N",
      description =
          "Which samples: the N-th so many of the data set in drawn order. Defaults to 1.")
  private int round = 1;

  @Option(
      names = "--warmup",
      paramLabel = "N",
      description = "Requests to each side before anything counts. Defaults to 20.")
  private int warmup = 20;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Start of every random choice. Defaults to 0.")
  private long seed;

  @Option(
      names = "--concurrency",
      paramLabel = "N",
      description = "Samples under way at the same time, 1 to 64. Defaults to 1.")
  private int concurrency = 1;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "How long one request may take. Defaults to 5.")
  private double timeout = 5;

  @Option(
      names = "--duration",
      paramLabel = "SECONDS",
      description = "After which no sample is begun any more. Defaults to 300.")
  private double duration = 300;

  @Option(
      names = "--prometheus",
      paramLabel = "URL",
      description = "A Prometheus server to ask, too.")
  private @Nullable String prometheus;

  @Option(
      names = "--query",
      paramLabel = "NAME=PROMQL",
      description = "What to ask it: an expression with one value. May be repeated.")
  private Map<String, String> queries = new LinkedHashMap<>();

  /** Whether there is any such probe, and not one by the contract. */
  boolean isByHand() {
    return baseline != null || candidate != null || data != null;
  }

  /**
   * The probe as a request.
   *
   * @throws IllegalArgumentException something is missing or out of range
   */
  ProbeRequest request() {
    String name = required("--model", model);
    Map<String, Query> asked = new LinkedHashMap<>();
    queries.forEach((key, expression) -> asked.put(key, new Query(expression, null)));
    if (prometheus == null && !asked.isEmpty()) {
      throw new IllegalArgumentException("--prometheus is missing, but there is a --query");
    }
    return new ProbeRequest(
        StepRequest.VERSION,
        "cli",
        round,
        new InputsRequest.File(required("--data", data), null),
        new Endpoint(required("--baseline", baseline), headers(baselineHeaders), name),
        new Endpoint(
            required("--candidate", candidate),
            headers(candidateHeaders),
            candidateModel == null ? name : candidateModel),
        samples,
        (round - 1L) * samples,
        warmup,
        seed,
        concurrency,
        millis("--timeout", timeout),
        millis("--duration", duration),
        prometheus == null ? null : new Prometheus(prometheus, asked),
        null);
  }

  private static int millis(String flag, double seconds) {
    double millis = seconds * MILLIS;
    if (!(millis >= 1 && millis <= ProbeRequest.MAX_MILLIS)) {
      throw new IllegalArgumentException(
          "%s is %s, expected 0.001 to %d seconds"
              .formatted(flag, seconds, ProbeRequest.MAX_MILLIS / MILLIS));
    }
    return (int) millis;
  }

  private static String required(String flag, @Nullable String value) {
    if (value == null) {
      throw new IllegalArgumentException(flag + " is missing");
    }
    return value;
  }

  private static Map<String, String> headers(List<String> lines) {
    Map<String, String> headers = new LinkedHashMap<>();
    for (String line : lines) {
      int colon = line.indexOf(':');
      if (colon < 1) {
        throw new IllegalArgumentException("header '" + line + "': expected 'NAME: VALUE'");
      }
      headers.put(line.substring(0, colon).strip(), line.substring(colon + 1).strip());
    }
    return headers;
  }
}
