package dev.modelcompression.cli.probe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A server whose answers are written in the test. */
public final class FakeServer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What is answered to a request. */
  public record Response(int status, String body) {
    public static Response ok(String body) {
      return new Response(200, body);
    }
  }

  /** What the server says to the n-th request, counted from 0. */
  public interface Behaviour {
    Response answer(int number, JsonNode body) throws IOException, InterruptedException;
  }

  private final HttpServer server;
  private final ExecutorService workers = Executors.newCachedThreadPool();
  private final AtomicInteger count = new AtomicInteger();
  private final Set<Integer> ports = ConcurrentHashMap.newKeySet();
  private final List<String> hosts = new CopyOnWriteArrayList<>();
  private final List<String> targets = new CopyOnWriteArrayList<>();

  private FakeServer(Behaviour behaviour) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(workers);
    server.createContext("/", exchange -> handle(exchange, behaviour));
    server.start();
  }

  public static FakeServer of(Behaviour behaviour) {
    try {
      return new FakeServer(behaviour);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A model whose scores are its inputs: it is right whenever the label is the greatest input. */
  public static FakeServer echo() {
    return of((number, body) -> Response.ok(scores(body)));
  }

  public static String scores(JsonNode body) {
    return "{\"model_name\":\"m\",\"outputs\":[{\"name\":\"y\",\"datatype\":\"FP32\",\"data\":"
        + body.path("inputs").path(0).path("data")
        + "}]}";
  }

  private void handle(HttpExchange exchange, Behaviour behaviour) throws IOException {
    ports.add(exchange.getRemoteAddress().getPort());
    hosts.add(String.valueOf(exchange.getRequestHeaders().getFirst("Host")));
    targets.add(exchange.getRequestURI().toString());
    byte[] body = exchange.getRequestBody().readAllBytes();
    try (exchange) {
      var response =
          behaviour.answer(
              count.getAndIncrement(), body.length == 0 ? JSON.missingNode() : JSON.readTree(body));
      byte[] bytes = response.body().getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(response.status(), bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  public int requests() {
    return count.get();
  }

  /** Connections that were opened. */
  public int connections() {
    return ports.size();
  }

  public List<String> hosts() {
    return hosts;
  }

  public List<String> targets() {
    return targets;
  }

  @Override
  public void close() {
    server.stop(0);
    workers.shutdownNow();
  }
}
