package dev.modelcompression.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The packaged server as a process of its own, on free ports. */
final class RunningServer implements AutoCloseable {
  static final Path MODEL =
      Path.of("../../examples/fashion-mnist/resnet8.onnx").toAbsolutePath().normalize();

  private static final Path APPLICATION = Path.of("target/quarkus-app/quarkus-run.jar");
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final Process process;
  private final Path log;
  private final int httpPort = freePort();
  private final int grpcPort = freePort();

  private RunningServer(Path folder, Map<String, String> settings) throws IOException {
    log = Files.createTempFile(folder, "server", ".log");
    var builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-jar",
                APPLICATION.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    var environment = new HashMap<String, String>();
    environment.put("MC_MODEL_NAME", "fashion");
    environment.put("MC_MODEL_URI", MODEL.toUri().toString());
    environment.put("MC_HTTP_PORT", Integer.toString(httpPort));
    environment.put("MC_GRPC_PORT", Integer.toString(grpcPort));
    environment.put("QUARKUS_LOG_CONSOLE_JSON_ENABLED", "false");
    environment.put("ORT_DISABLE_TELEMETRY", "1");
    environment.putAll(settings);
    builder.environment().putAll(environment);
    process = builder.start();
  }

  /** Starts it, and waits for nothing. */
  static RunningServer start(Path folder, Map<String, String> settings) throws IOException {
    return new RunningServer(folder, settings);
  }

  /** Starts it, and waits until it is ready. */
  static RunningServer ready(Path folder, Map<String, String> settings)
      throws IOException, InterruptedException {
    var server = start(folder, settings);
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (server.readyStatus() != 200) {
      assertThat(server.process.isAlive()).as(server.log()).isTrue();
      assertThat(System.nanoTime() - end).as(server.log()).isNegative();
      TimeUnit.MILLISECONDS.sleep(50); // between two looks at a condition
    }
    return server;
  }

  int grpcPort() {
    return grpcPort;
  }

  /** Status of the readiness path; 0 while nobody listens. */
  int readyStatus() throws InterruptedException {
    try {
      return get("/v2/health/ready").statusCode();
    } catch (IOException e) {
      return 0;
    }
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return CLIENT.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString());
  }

  HttpResponse<String> infer(String json) throws IOException, InterruptedException {
    return infer(json, Map.of());
  }

  HttpResponse<String> infer(String json, Map<String, String> headers)
      throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(uri("/v2/models/fashion/infer")).POST(BodyPublishers.ofString(json));
    headers.forEach(request::header);
    return CLIENT.send(request.build(), BodyHandlers.ofString());
  }

  HttpResponse<byte[]> infer(byte[] body, int jsonLength) throws IOException, InterruptedException {
    return CLIENT.send(
        HttpRequest.newBuilder(uri("/v2/models/fashion/infer"))
            .header("Inference-Header-Content-Length", Integer.toString(jsonLength))
            .header("Content-Type", "application/octet-stream")
            .POST(BodyPublishers.ofByteArray(body))
            .build(),
        BodyHandlers.ofByteArray());
  }

  /** Asks it to stop, as Kubernetes does. */
  void terminate() {
    process.destroy();
  }

  int exit() throws InterruptedException {
    assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  boolean running() {
    return process.isAlive();
  }

  String log() throws IOException {
    return Files.readString(log);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  private URI uri(String path) {
    return URI.create("http://localhost:" + httpPort + path);
  }

  private static int freePort() {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new IllegalStateException("no port is free", e);
    }
  }
}
