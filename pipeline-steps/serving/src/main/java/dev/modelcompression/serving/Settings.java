package dev.modelcompression.serving;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the environment says; docs/serving.md describes it for users.
 *
 * @param modelName name in the protocol's paths
 * @param modelUri where the model is
 * @param modelDigest what it must hash to
 * @param modelVersion version in the protocol's paths
 * @param threads threads that compute, over all runs together
 * @param runs requests or batches that are computed at once
 * @param queueMax requests that wait for a run at most
 * @param batchMax rows that are put into one run at most
 * @param batchDelay how long the first request of a batch waits for others
 * @param requestMax bytes that a request's body has at most
 * @param httpPort port of REST, health and metrics
 * @param grpcPort port of gRPC; both 0 for any
 * @param drain how long requests are still answered after the order to stop
 */
public record Settings(
    String modelName,
    String modelUri,
    Optional<String> modelDigest,
    String modelVersion,
    int threads,
    int runs,
    int queueMax,
    int batchMax,
    Duration batchDelay,
    int requestMax,
    int httpPort,
    int grpcPort,
    Duration drain) {
  private static final Pattern NAME =
      Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?");
  private static final Pattern DIGEST = Pattern.compile("sha256:[a-f0-9]{64}");
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{1,6})?)(ms|s|m)");
  private static final Pattern SIZE = Pattern.compile("([0-9]{1,10})(Ki|Mi|Gi)?");

  /**
   * Reads the settings from variables.
   *
   * @throws IllegalArgumentException one is missing or out of range; the message says which
   */
  public static Settings of(Map<String, String> environment) {
    var reader = new Reader(environment);
    var digest = reader.text("MC_MODEL_DIGEST", DIGEST, "sha256:<64 hex digits>");
    int threads = reader.number("MC_THREADS", Runtime.getRuntime().availableProcessors(), 1, 1024);
    return new Settings(
        reader.required("MC_MODEL_NAME", NAME, "letters, digits, '.', '_' and '-', up to 253"),
        reader.required("MC_MODEL_URI", Pattern.compile(".{1,2048}"), "a URI"),
        digest,
        reader
            .text("MC_MODEL_VERSION", NAME, "letters, digits, '.', '_' and '-', up to 253")
            .or(() -> digest.map(Settings::shortDigest))
            .orElse("1"),
        threads,
        reader.number("MC_RUNS", threads, 1, threads),
        reader.number("MC_QUEUE_MAX", 256, 1, 1_000_000),
        reader.number("MC_BATCH_MAX", 8, 1, 4096),
        reader.duration("MC_BATCH_DELAY", Duration.ZERO, Duration.ofSeconds(1)),
        reader.size("MC_REQUEST_MAX", 16 << 20, 1 << 30),
        reader.number("MC_HTTP_PORT", 8080, 0, 65_535),
        reader.number("MC_GRPC_PORT", 8081, 0, 65_535),
        reader.duration("MC_DRAIN", Duration.ofSeconds(10), Duration.ofMinutes(10)));
  }

  /** Threads inside one run. */
  public int threadsPerRun() {
    return Math.max(1, threads / runs);
  }

  private static String shortDigest(String digest) {
    return digest.substring("sha256:".length(), "sha256:".length() + 8);
  }

  private record Reader(Map<String, String> environment) {
    Optional<String> value(String name) {
      return Optional.ofNullable(environment.get(name))
          .map(String::strip)
          .filter(s -> !s.isEmpty());
    }

    Optional<String> text(String name, Pattern pattern, String allowed) {
      var value = value(name);
      if (value.isPresent() && !pattern.matcher(value.get()).matches()) {
        throw refused(name, value.get(), allowed);
      }
      return value;
    }

    String required(String name, Pattern pattern, String allowed) {
      return text(name, pattern, allowed)
          .orElseThrow(
              () -> new IllegalArgumentException(name + ": not set; it must be set to " + allowed));
    }

    int number(String name, int otherwise, int least, int most) {
      var value = value(name);
      if (value.isEmpty()) {
        return otherwise;
      }
      try {
        int number = Integer.parseInt(value.get());
        if (number >= least && number <= most) {
          return number;
        }
      } catch (NumberFormatException e) {
        // Refused below, as what is out of range.
      }
      throw refused(name, value.get(), least + " to " + most);
    }

    Duration duration(String name, Duration otherwise, Duration most) {
      var value = value(name);
      if (value.isEmpty()) {
        return otherwise;
      }
      String allowed = "0s to " + most.toMillis() + "ms, as 500ms, 10s or 1m";
      var parts = DURATION.matcher(value.get());
      if (!parts.matches()) {
        throw refused(name, value.get(), allowed);
      }
      try {
        var duration =
            parts.group(2).equals("ms")
                ? Duration.ofNanos(Math.round(Double.parseDouble(parts.group(1)) * 1e6))
                : Duration.parse("PT" + parts.group(1) + parts.group(2).toUpperCase(Locale.ROOT));
        if (duration.compareTo(most) <= 0) {
          return duration;
        }
      } catch (DateTimeParseException e) {
        // Refused below: ISO 8601 has no fractions of minutes.
      }
      throw refused(name, value.get(), allowed);
    }

    int size(String name, int otherwise, int most) {
      var value = value(name);
      if (value.isEmpty()) {
        return otherwise;
      }
      var parts = SIZE.matcher(value.get());
      if (parts.matches()) {
        long unit =
            switch (String.valueOf(parts.group(2))) {
              case "Ki" -> 1L << 10;
              case "Mi" -> 1L << 20;
              case "Gi" -> 1L << 30;
              default -> 1;
            };
        long size = Long.parseLong(parts.group(1)) * unit;
        if (size >= 1024 && size <= most) {
          return (int) size;
        }
      }
      throw refused(name, value.get(), "1Ki to " + (most >> 20) + "Mi, in bytes, Ki, Mi or Gi");
    }

    private static IllegalArgumentException refused(String name, String found, String allowed) {
      return new IllegalArgumentException(
          "%s: found '%s', allowed: %s".formatted(name, found, allowed));
    }
  }
}
