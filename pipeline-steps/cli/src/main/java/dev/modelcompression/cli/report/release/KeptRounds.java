package dev.modelcompression.cli.report.release;

import dev.modelcompression.contract.ReleaseReportRequest;
import dev.modelcompression.contract.ReleaseRound;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The measurements of a run as they lie in its folder. Anybody who can write there may have put
 * them: what is too large, malformed or of another run is missing, with the reason.
 *
 * @param found those that can be used, in order
 * @param missing the others
 */
public record KeptRounds(List<ReleaseRound> found, List<Missing> missing) {
  private static final int MAX_WHY = 200;

  /**
   * A measurement that was started, and of which nothing can be told.
   *
   * @param number of the measurement within the run, from 1
   * @param why in a few words
   */
  public record Missing(int number, String why) {}

  /** Reads small files. */
  @FunctionalInterface
  public interface Files {
    /**
     * A file, if it is there.
     *
     * @throws IllegalArgumentException it is larger than {@code maxBytes}
     */
    Optional<byte[]> read(String name, int maxBytes);
  }

  public KeptRounds {
    found = List.copyOf(found);
    missing = List.copyOf(missing);
  }

  /**
   * Looks for the measurements 1 to {@code count}, at most {@link ReleaseReportRequest#MAX_ROUNDS}.
   */
  public static KeptRounds read(String runId, int count, Files files) {
    List<ReleaseRound> found = new ArrayList<>();
    List<Missing> missing = new ArrayList<>();
    for (int number = 1; number <= Math.min(count, ReleaseReportRequest.MAX_ROUNDS); number++) {
      try {
        Optional<ReleaseRound> round = round(runId, number, files);
        if (round.isPresent()) {
          found.add(round.get());
        } else {
          missing.add(new Missing(number, "nothing was kept"));
        }
      } catch (IllegalArgumentException e) {
        missing.add(new Missing(number, cut(String.valueOf(e.getMessage()))));
      }
    }
    if (count > ReleaseReportRequest.MAX_ROUNDS) {
      missing.add(
          new Missing(
              ReleaseReportRequest.MAX_ROUNDS + 1, "and all after it: too many for a report"));
    }
    return new KeptRounds(found, missing);
  }

  private static Optional<ReleaseRound> round(String runId, int number, Files files) {
    return files
        .read(ReleaseRound.fileName(number), ReleaseRound.MAX_BYTES)
        .map(bytes -> ReleaseRound.parse(new String(bytes, StandardCharsets.UTF_8)))
        .map(
            round -> {
              if (!round.report().runId().equals(runId) || round.report().round() != number) {
                throw new IllegalArgumentException("is about another measurement");
              }
              return round;
            });
  }

  private static String cut(String text) {
    return text.length() <= MAX_WHY ? text : text.substring(0, MAX_WHY);
  }
}
