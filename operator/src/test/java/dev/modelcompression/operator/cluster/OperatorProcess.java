package dev.modelcompression.operator.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * The packaged operator in a process of its own, set up by environment variables as the chart does
 * it. What it writes carries its name as the manager of fields.
 */
public final class OperatorProcess implements AutoCloseable {
  /** Name of the lease. */
  public static final String LEASE = "model-compression-operator";

  private static final Path APP = Path.of("target/quarkus-app/quarkus-run.jar");
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final String name;
  private final int port;
  private final Path log;
  private final Process process;

  /**
   * Starts a replica.
   *
   * @param name who it is, as a pod's name is
   * @param namespace where it looks for compressions, and keeps the lease
   * @param kubeconfig how it reaches the API server
   * @param settings more environment variables
   */
  public OperatorProcess(
      String name, String namespace, String kubeconfig, Map<String, String> settings) {
    this.name = name;
    if (!Files.exists(APP)) {
      throw new IllegalStateException(APP + " is missing: package the module first");
    }
    try {
      port = freePort();
      Path folder = Files.createDirectories(Path.of("target/operators", namespace));
      Path config = Files.writeString(folder.resolve(name + ".kubeconfig"), kubeconfig);
      log = folder.resolve(name + ".log");
      ProcessBuilder builder =
          new ProcessBuilder(
              Path.of(System.getProperty("java.home"), "bin/java").toString(),
              "-XX:+UseSerialGC",
              "-XX:TieredStopAtLevel=1",
              "-Xmx256m",
              "-jar",
              APP.toString());
      builder.environment().putAll(environment(namespace, config));
      builder.environment().putAll(settings);
      builder.redirectErrorStream(true).redirectOutput(log.toFile());
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Map<String, String> environment(String namespace, Path kubeconfig) {
    Map<String, String> variables = new TreeMap<>();
    variables.put("KUBECONFIG", kubeconfig.toAbsolutePath().toString());
    variables.put("KUBERNETES_NAMESPACE", namespace);
    variables.put("KUBERNETES_USER_AGENT", name);
    variables.put("HOSTNAME", name);
    variables.put("QUARKUS_HTTP_PORT", Integer.toString(port));
    variables.put("QUARKUS_OPERATOR_SDK_NAMESPACES", namespace);
    variables.put("MC_LEADER_ELECTION_ENABLED", "true");
    variables.put("MC_LEADER_ELECTION_LEASE", LEASE);
    variables.put("MC_STEP_IMAGE", RunningOperator.SETTINGS.stepImage());
    variables.put("MC_SERVER_IMAGE", RunningOperator.SETTINGS.serverImage());
    return variables;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  /** Who it is. */
  public String name() {
    return name;
  }

  /** Sends a signal: KILL, TERM, STOP or CONT. */
  public void signal(String signal) {
    try {
      int status =
          new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
      if (status != 0) {
        throw new IllegalStateException("kill -" + signal + " of " + name + ": " + status);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Whether it runs, or is frozen. */
  public boolean alive() {
    return process.isAlive();
  }

  /** Its exit status, once it has ended. */
  public int exitStatus() {
    return process.exitValue();
  }

  /** The HTTP status of one of its pages; 0 while nobody listens. */
  public int status(String page) {
    try {
      return get(page).statusCode();
    } catch (ConnectException e) {
      return 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One of its pages. */
  public String page(String page) {
    try {
      return get(page).body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private HttpResponse<String> get(String page) throws IOException {
    try {
      return HTTP.send(
          HttpRequest.newBuilder(URI.create("http://localhost:" + port + page)).build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** What it has written to its log. */
  public String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor(60, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
