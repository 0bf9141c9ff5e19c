package dev.modelcompression.operator.cluster;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Another API server on the same etcd, which the operator under test talks to: it can be killed
 * while the rest of the cluster goes on working.
 */
public final class SecondServer implements Interceptor, AutoCloseable {
  private static final Pattern PORT = Pattern.compile("(?<=://127\\.0\\.0\\.1:)[0-9]+");

  private final List<String> command;
  private final int port;
  private final Path log;
  private @Nullable Process process;

  /** Starts it. */
  public SecondServer() {
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
      log = Files.createTempFile("kube-apiserver", ".log");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    command = new ArrayList<>(ApiServer.get().command());
    command.set(command.indexOf(ApiServer.PORT) + 1, Integer.toString(port));
    start();
  }

  /** Starts it, again under the same address, and waits until it serves. */
  public void start() {
    try {
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try (KubernetesClient client = ApiServer.get().client(this)) {
      Await.until("the second API server is ready", () -> isReady(client));
    }
  }

  private static boolean isReady(KubernetesClient client) {
    try {
      return "ok".equals(client.raw("/readyz"));
    } catch (RuntimeException e) {
      return false;
    }
  }

  /** Ends it as {@code SIGKILL} does. */
  public void kill() {
    Process running = process;
    if (running != null) {
      running.destroyForcibly().onExit().join();
    }
  }

  @Override
  public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
    String here = PORT.matcher(request.uri().toString()).replaceFirst(Integer.toString(port));
    builder.uri(URI.create(here));
  }

  @Override
  public void close() {
    kill();
  }
}
