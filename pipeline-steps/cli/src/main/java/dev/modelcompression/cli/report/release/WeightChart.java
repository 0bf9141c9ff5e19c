package dev.modelcompression.cli.report.release;

import dev.modelcompression.api.release.status.HistoryEntry;
import dev.modelcompression.cli.report.Scale;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The candidate's share of the requests over the time of a run, and when it was measured. */
record WeightChart(
    String axis, List<Scale.Tick> x, List<Scale.Tick> y, String line, List<Mark> marks) {
  private static final int INTERVALS = 6;
  private static final Duration IN_SECONDS = Duration.ofMinutes(3);
  private static final Duration IN_MINUTES = Duration.ofHours(3);

  /** A measurement. */
  record Mark(String left, String bottom, String tone, String text) {}

  /**
   * A chart; without a line where the history is not known.
   *
   * @param end when the outcome was known
   */
  static WeightChart of(
      List<HistoryEntry> history, List<ReleaseReport.Round> rounds, Instant begin, Instant end) {
    Duration whole = Duration.between(begin, end);
    if (history.isEmpty() || whole.isNegative() || whole.isZero()) {
      return new WeightChart("", List.of(), List.of(), "", List.of());
    }
    String unit =
        whole.compareTo(IN_SECONDS) < 0
            ? "seconds"
            : whole.compareTo(IN_MINUTES) < 0 ? "minutes" : "hours";
    double length = unit.equals("seconds") ? 1 : unit.equals("minutes") ? 60 : 3600;
    Scale x = Scale.covering(0, whole.toSeconds() / length, INTERVALS);
    Scale y = Scale.covering(0, 100, 4);
    var line = new StringBuilder();
    double before = -1;
    for (HistoryEntry entry : history) {
      double at =
          x.position(Duration.between(begin, Instant.parse(entry.time())).toSeconds() / length);
      if (before >= 0 && before != entry.weight()) {
        point(line, at, before);
      }
      if (before != entry.weight()) {
        point(line, at, entry.weight());
      }
      before = entry.weight();
    }
    point(line, x.position(whole.toSeconds() / length), before);
    List<Mark> marks = new ArrayList<>();
    for (ReleaseReport.Round round : rounds) {
      double at = Duration.between(begin, round.time()).toMillis() / 1000.0 / length;
      marks.add(
          new Mark(
              Scale.percent(x.position(at)),
              Scale.percent(y.position(round.weight())),
              Tones.of(round.verdict()),
              "measurement %d at %d %%: %s"
                  .formatted(round.number(), round.weight(), Tones.word(round.verdict()))));
    }
    return new WeightChart(
        "Time since the start, " + unit,
        x.labels(),
        y.labels(),
        line.toString(),
        List.copyOf(marks));
  }

  private static void point(StringBuilder line, double x, double weight) {
    line.append(String.format(Locale.ROOT, "%.2f,%.2f ", x, 100 - weight));
  }
}
