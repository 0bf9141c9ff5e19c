package dev.modelcompression.cli.writeback;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;

/** {@code git http-backend}, Git's own server, behind HTTPS and a password. */
final class GitHttpServer implements AutoCloseable {
  static final String USER = "robot";
  static final String PASSWORD = "s3cr3t-T0ken";

  private final HttpsServer server;
  private final Path root;
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private volatile Runnable beforePush = () -> {};
  private volatile UnaryOperator<byte[]> pushAnswer = UnaryOperator.identity();

  /** Serves the repositories below a folder. */
  GitHttpServer(Path root, Path certificates) {
    this.root = root;
    this.server = HttpsServers.create(certificates);
    server.setExecutor(Executors.newCachedThreadPool());
    server.createContext("/", this::answer);
    server.start();
  }

  String url(String repository) {
    return "https://localhost:" + server.getAddress().getPort() + "/" + repository;
  }

  /** Methods and addresses that were asked for. */
  List<String> requests() {
    return requests;
  }

  /** Does something else between what a client was told of the branches and its push. */
  void beforePush(Runnable action) {
    beforePush = action;
  }

  /** Loses the answer to a push that has been done. */
  void loseAnswers(boolean lose) {
    pushAnswer = lose ? answer -> new byte[0] : UnaryOperator.identity();
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
      byte[] body = exchange.getRequestBody().readAllBytes();
      String authorization = exchange.getRequestHeaders().getFirst("Authorization");
      String expected =
          Base64.getEncoder()
              .encodeToString((USER + ":" + PASSWORD).getBytes(StandardCharsets.UTF_8));
      if (!("Basic " + expected).equals(authorization)) {
        exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"git\"");
        exchange.sendResponseHeaders(401, -1);
        return;
      }
      boolean push = exchange.getRequestURI().getPath().endsWith("/git-receive-pack");
      if (push) {
        beforePush.run();
      }
      byte[] answer = backend(exchange, body);
      relay(exchange, push ? pushAnswer.apply(answer) : answer);
    }
  }

  private byte[] backend(HttpExchange exchange, byte[] body) throws IOException {
    var builder = new ProcessBuilder("git", "http-backend");
    var variables = builder.environment();
    var uri = exchange.getRequestURI();
    variables.put("GIT_PROJECT_ROOT", root.toString());
    variables.put("GIT_HTTP_EXPORT_ALL", "1");
    variables.put("PATH_INFO", uri.getPath());
    variables.put("QUERY_STRING", uri.getRawQuery() == null ? "" : uri.getRawQuery());
    variables.put("REQUEST_METHOD", exchange.getRequestMethod());
    variables.put("REMOTE_USER", USER);
    variables.put("CONTENT_LENGTH", Integer.toString(body.length));
    exchange.getRequestHeaders().forEach((name, values) -> header(variables, name, values.get(0)));
    var process = builder.start();
    try (var out = process.getOutputStream()) {
      out.write(body);
    }
    return process.getInputStream().readAllBytes();
  }

  private static void header(Map<String, String> variables, String name, String value) {
    switch (name.toLowerCase(Locale.ROOT)) {
      case "content-type" -> variables.put("CONTENT_TYPE", value);
      case "content-encoding" -> variables.put("HTTP_CONTENT_ENCODING", value);
      case "git-protocol" -> variables.put("GIT_PROTOCOL", value);
      default -> {}
    }
  }

  /** A CGI program begins its answer with headers, one of which is the status. */
  private static void relay(HttpExchange exchange, byte[] answer) throws IOException {
    if (answer.length == 0) {
      return; // closes the connection
    }
    InputStream in = new ByteArrayInputStream(answer);
    int status = 200;
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      String[] header = line.split(": ", 2);
      if (header[0].equals("Status")) {
        status = Integer.parseInt(header[1].substring(0, 3));
      } else {
        exchange.getResponseHeaders().set(header[0], header[1]);
      }
    }
    byte[] body = in.readAllBytes();
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
  }

  private static String line(InputStream in) throws IOException {
    var line = new StringBuilder();
    for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
      line.append((char) next);
    }
    return line.toString().strip();
  }
}
