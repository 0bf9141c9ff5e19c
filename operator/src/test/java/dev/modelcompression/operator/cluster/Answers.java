package dev.modelcompression.operator.cluster;

import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Gives every second request of a kind a bad answer: before the API server sees it, or after it has
 * done what was asked.
 */
public final class Answers implements Interceptor, AutoCloseable {
  private final KubernetesClient client = ApiServer.get().client();
  private final String method;
  private final String suffix;
  private final boolean done;
  private final HttpServer server;
  private final AtomicInteger requests = new AtomicInteger();
  private volatile boolean active = true;

  private Answers(int code, String method, String suffix, boolean done) {
    this.method = method;
    this.suffix = suffix;
    this.done = done;
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          exchange.getResponseHeaders().add("Retry-After", "1");
          exchange.sendResponseHeaders(code, -1);
          exchange.close();
        });
    server.start();
  }

  /** The request never reaches the API server. */
  public static Answers insteadOf(int code, String method, String suffix) {
    return new Answers(code, method, suffix, false);
  }

  /** The API server has done what was asked for. */
  public static Answers after(int code, String method, String suffix) {
    return new Answers(code, method, suffix, true);
  }

  /** Requests of the kind that were seen. */
  public int requests() {
    return requests.get();
  }

  @Override
  public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
    String path = request.uri().getPath();
    if (!active || !request.method().equals(method) || !path.endsWith(suffix)) {
      return;
    }
    if (requests.getAndIncrement() % 2 == 0) {
      if (done) {
        perform(path, request.bodyString());
      }
      builder.uri(URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path));
    }
  }

  private void perform(String path, String body) {
    try {
      client.raw(path, method, body);
    } catch (KubernetesClientException e) {
      // Refused: then there was nothing to be done.
    }
  }

  /** From now on all answers are those of the API server. */
  public void end() {
    active = false;
  }

  @Override
  public void close() {
    end();
    server.stop(0);
    client.close();
  }
}
