package dev.modelcompression.cli.probe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.modelcompression.cli.probe.Http.FailedRequestException;
import dev.modelcompression.contract.ProbeRequest.Endpoint;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;

/**
 * A server of the Open Inference Protocol v2 over REST.
 *
 * @see <a href="https://github.com/kserve/open-inference-protocol">the protocol</a>
 */
final class InferenceServer {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final double NANOS_PER_MILLI = 1e6;

  private final Http http;
  private final HttpRequest.Builder template;

  /**
   * What a server said to one sample.
   *
   * @param predicted the class; −1 without a proper answer
   * @param millis time from request to whole answer
   * @param failure why there is no proper answer; empty otherwise
   */
  record Reply(int predicted, double millis, String failure) {
    boolean isError() {
      return predicted < 0;
    }
  }

  InferenceServer(Http http, Endpoint endpoint) {
    this.http = http;
    String base = endpoint.url().replaceFirst("/+$", "");
    template =
        HttpRequest.newBuilder(URI.create(base + "/v2/models/" + endpoint.model() + "/infer"))
            .header("Content-Type", "application/json");
    endpoint.headers().forEach(template::setHeader);
  }

  /** Asks for one sample. */
  Reply ask(byte[] body) throws InterruptedException {
    var request = template.copy().POST(BodyPublishers.ofByteArray(body)).build();
    long begun = System.nanoTime();
    try {
      byte[] answer = http.send(request);
      double millis = (System.nanoTime() - begun) / NANOS_PER_MILLI;
      return new Reply(predicted(answer), millis, "");
    } catch (FailedRequestException e) {
      return new Reply(-1, (System.nanoTime() - begun) / NANOS_PER_MILLI, e.reason());
    }
  }

  /** The index of the greatest number of the first output; the first of several. */
  static int predicted(byte[] answer) throws FailedRequestException {
    JsonNode data;
    try {
      data = JSON.readTree(answer).path("outputs").path(0).path("data");
    } catch (IOException e) {
      throw new FailedRequestException("malformed answer: no JSON");
    }
    var best = new Best();
    best.addAll(data);
    if (best.count < 2) {
      throw new FailedRequestException("malformed answer: no scores of classes");
    }
    return best.index;
  }

  /** Data may be flat, or nested as the shape says. */
  private static final class Best {
    private int count;
    private int index;
    private double score = Double.NEGATIVE_INFINITY;

    void addAll(JsonNode data) throws FailedRequestException {
      for (JsonNode value : data) {
        if (value.isArray()) {
          addAll(value);
        } else {
          add(value);
        }
      }
    }

    private void add(JsonNode value) throws FailedRequestException {
      if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
        throw new FailedRequestException("malformed answer: no finite number");
      }
      if (value.doubleValue() > score) {
        score = value.doubleValue();
        index = count;
      }
      count++;
    }
  }
}
