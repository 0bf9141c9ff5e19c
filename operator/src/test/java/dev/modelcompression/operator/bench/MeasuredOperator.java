package dev.modelcompression.operator.bench;

import dev.modelcompression.operator.cluster.RunningOperator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The packaged operator as a process of its own, with the options of its image and the memory of
 * its chart.
 */
final class MeasuredOperator implements AutoCloseable {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  /** In the answer of {@code GC.heap_info}; metaspace has no total. */
  private static final Pattern GENERATION = Pattern.compile("total [0-9]+K, used ([0-9]+)K");

  private final int port;
  private final Instant started;
  private final Process process;

  MeasuredOperator(Path folder, String kubeconfig) {
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try {
      Path config = Files.writeString(folder.resolve("operator.kubeconfig"), kubeconfig);
      Path log = folder.resolve("operator.log");
      ProcessBuilder builder =
          new ProcessBuilder(
              Stream.of(
                      Stream.of(Path.of(System.getProperty("java.home"), "bin/java").toString()),
                      Stream.of(System.getProperty("operator.options", "").split(" ", -1)),
                      Stream.of("-jar", System.getProperty("operator.jar", "")))
                  .flatMap(part -> part)
                  .toList());
      builder.environment().put("KUBECONFIG", config.toString());
      builder.environment().put("QUARKUS_HTTP_PORT", Integer.toString(port));
      builder.environment().put("MC_STEP_IMAGE", RunningOperator.SETTINGS.stepImage());
      builder.redirectErrorStream(true);
      builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
      started = Instant.now();
      process = builder.start();
      Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** When the process was started. */
  Instant started() {
    return started;
  }

  /** Reconciles so far. */
  long reconciles() {
    return (long) metric("reconciliations_started_total");
  }

  /** Reconciles that wait or are at work. */
  long queued() {
    return (long) (metric("reconciliations_queue") + metric("reconciliations_active"));
  }

  /** Runs that have ended so far. */
  long runs() {
    return (long) metric("modelcompression_runs_total");
  }

  /** Whether it has everything in its caches. */
  boolean isReady() {
    return page("/q/health/ready").filter(page -> page.statusCode() == 200).isPresent();
  }

  /** The sum of all series whose name contains the text; 0 while nothing can be asked. */
  private double metric(String name) {
    return page("/q/metrics")
        .map(HttpResponse::body)
        .orElse("")
        .lines()
        .filter(line -> !line.startsWith("#") && line.split("[{ ]", 2)[0].contains(name))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  /** A page; empty while nobody answers. */
  private Optional<HttpResponse<String>> page(String path) {
    try {
      return Optional.of(
          HTTP.send(
              HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                  .timeout(Duration.ofSeconds(30))
                  .build(),
              HttpResponse.BodyHandlers.ofString()));
    } catch (IOException e) {
      if (!process.isAlive()) {
        throw new IllegalStateException("the operator has ended: " + process.exitValue(), e);
      }
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Bytes that are alive after a full collection. */
  long liveHeap() {
    jcmd("GC.run");
    // What the first has found to be unreachable but had to be told first.
    jcmd("GC.run");
    return GENERATION
            .matcher(jcmd("GC.heap_info"))
            .results()
            .mapToLong(used -> Long.parseLong(used.group(1)))
            .sum()
        << 10;
  }

  /** Classes whose instances fill the heap, the largest first. */
  String histogram() {
    return String.join("\n", jcmd("GC.class_histogram").lines().limit(60).toList());
  }

  private String jcmd(String command) {
    try {
      Process jcmd =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin/jcmd").toString(),
                  Long.toString(process.pid()),
                  command)
              .redirectErrorStream(true)
              .start();
      return new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Resident bytes. */
  long resident() {
    return status("VmRSS");
  }

  /** The most that was ever resident, in bytes. */
  long peakResident() {
    return status("VmHWM");
  }

  private long status(String field) {
    try (Stream<String> lines = Files.lines(proc("status"))) {
      return lines
              .filter(line -> line.startsWith(field + ":"))
              .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
              .sum()
          << 10;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Processor time so far. */
  Duration processorTime() {
    return process.info().totalCpuDuration().orElseThrow();
  }

  private Path proc(String file) {
    return Path.of("/proc", Long.toString(process.pid()), file);
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
