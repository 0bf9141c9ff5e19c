package dev.modelcompression.cli.writeback;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Gives out answers in the form that the documentation of the three servers has. */
final class PullRequestServer implements AutoCloseable {
  /** What was asked. */
  record Asked(String method, String address, String authorization, JsonNode form) {}

  /** What is answered. */
  record Answer(int status, String body) {}

  private final HttpsServer server;
  private final List<Asked> asked = new ArrayList<>();
  private final List<Answer> answers = new ArrayList<>();

  PullRequestServer(Path certificates) {
    server = HttpsServers.create(certificates);
    server.createContext("/", this::answer);
    server.start();
  }

  String url() {
    return "https://localhost:" + server.getAddress().getPort();
  }

  /** Answers the next request. */
  synchronized PullRequestServer then(int status, String body) {
    answers.add(new Answer(status, body.replace('\'', '"')));
    return this;
  }

  synchronized List<Asked> asked() {
    return List.copyOf(asked);
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private synchronized void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] form = exchange.getRequestBody().readAllBytes();
      asked.add(
          new Asked(
              exchange.getRequestMethod(),
              exchange.getRequestURI().toString(),
              Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"))
                  .orElse(""),
              new JsonMapper()
                  .readTree(form.length == 0 ? "{}".getBytes(StandardCharsets.UTF_8) : form)));
      var answer = answers.isEmpty() ? new Answer(500, "no more answers") : answers.remove(0);
      byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    }
  }
}
