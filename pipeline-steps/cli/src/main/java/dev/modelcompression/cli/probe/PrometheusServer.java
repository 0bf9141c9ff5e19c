package dev.modelcompression.cli.probe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.modelcompression.cli.probe.Http.FailedRequestException;
import dev.modelcompression.contract.ProbeReport.Answer;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;

/**
 * Asks a Prometheus for one number. Exactly one finite sample counts.
 *
 * @see <a href="https://prometheus.io/docs/prometheus/latest/querying/api/">its HTTP API</a>
 */
final class PrometheusServer {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Http http;
  private final String base;

  PrometheusServer(Http http, String url) {
    this.http = http;
    base = url.replaceFirst("/+$", "") + "/api/v1/query?query=";
  }

  /** The value of an expression now, or why there is none. */
  Answer ask(String expression) throws InterruptedException {
    var uri = URI.create(base + URLEncoder.encode(expression, StandardCharsets.UTF_8));
    try {
      return answer(http.send(HttpRequest.newBuilder(uri).GET().build()));
    } catch (FailedRequestException e) {
      return Answer.failed(e.reason());
    }
  }

  static Answer answer(byte[] body) {
    JsonNode tree;
    try {
      tree = JSON.readTree(body);
    } catch (IOException e) {
      return Answer.failed("no JSON");
    }
    if (!tree.path("status").asText().equals("success")) {
      return Answer.failed("status is not success");
    }
    var data = tree.path("data");
    var result = data.path("result");
    return switch (data.path("resultType").asText()) {
      case "scalar" -> sample(result);
      case "vector" ->
          switch (result.size()) {
            case 0 -> Answer.failed("no sample");
            case 1 -> sample(result.path(0).path("value"));
            default -> Answer.failed(result.size() + " series, expected one");
          };
      default -> Answer.failed("neither vector nor scalar");
    };
  }

  /** A sample is its time and its value, which is a text. */
  private static Answer sample(JsonNode sample) {
    var value = sample.path(1);
    if (!value.isTextual()) {
      return Answer.failed("malformed sample");
    }
    String text = value.asText();
    try {
      // Java knows neither +Inf nor Inf.
      double number = text.endsWith("Inf") ? Double.NaN : Double.parseDouble(text);
      return Double.isFinite(number) ? Answer.of(number) : Answer.failed("value is " + text);
    } catch (NumberFormatException e) {
      return Answer.failed("malformed sample");
    }
  }
}
