package dev.modelcompression.cli.report.release;

import dev.modelcompression.api.release.Analysis;
import dev.modelcompression.api.release.status.Evidence;
import dev.modelcompression.api.release.status.HistoryEntry;
import dev.modelcompression.api.release.status.MetricStatus;
import dev.modelcompression.api.release.status.ReleasePhase;
import dev.modelcompression.api.release.status.WriteBackStatus;
import dev.modelcompression.contract.ContractJson;
import dev.modelcompression.contract.ReleaseReportRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/** A report of a release as the page shows it: every number already written out. */
record ReleaseView(
    ReleaseReportRequest request,
    String outcome,
    String tone,
    String symbol,
    String summary,
    String decided,
    String when,
    List<Last> last,
    List<Tile> tiles,
    WeightChart course,
    List<Step> steps,
    boolean cut,
    List<MetricView> metrics,
    List<Count> counts,
    List<Fact> pairs,
    String missing,
    String differs,
    List<Fact> asked,
    List<Fact> git,
    String tool) {

  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("d MMMM yyyy, HH:mm:ss 'UTC'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ENGLISH).withZone(ZoneOffset.UTC);

  private static final int MAX_MISSING = 10;

  /** What the last measurement says of a metric. */
  record Last(String tone, String symbol, String word, String name, String message) {}

  /** A headline number. */
  record Tile(String label, String headline, String note) {}

  /** A change of phase or weight. */
  record Step(String time, String since, String phase, int weight, String tone, String message) {}

  /** What was counted of both sides. */
  record Count(String label, String baseline, String candidate) {}

  /** A name and a value. */
  record Fact(String name, String value) {}

  static ReleaseView of(ReleaseReport report) {
    ReleaseReportRequest request = report.request();
    Instant begin = Instant.parse(request.startTime());
    Instant end = Instant.parse(request.endTime());
    boolean promoted = request.promoted();
    return new ReleaseView(
        request,
        promoted ? "Promoted" : "Taken back",
        promoted ? "good" : "bad",
        promoted ? "\u2713" : "\u2717",
        summary(report),
        promoted ? "" : request.message(),
        DAY.format(begin) + " \u00b7 " + took(Duration.between(begin, end)),
        request.metrics().stream().map(ReleaseView::last).toList(),
        tiles(report, begin, end),
        WeightChart.of(request.history(), report.rounds(), begin, end),
        request.history().stream().map(entry -> step(entry, begin)).toList(),
        request.history().size() == HistoryEntry.MAX_ENTRIES,
        MetricView.of(report),
        counts(request.evidence()),
        pairs(request.evidence()),
        missing(report),
        differs(report),
        asked(request),
        git(request),
        report.tool());
  }

  private static String summary(ReleaseReport report) {
    ReleaseReportRequest request = report.request();
    if (request.promoted()) {
      String command = request.command();
      return command != null && command.startsWith("promote/")
          ? "The candidate answers all requests now. A person gave the command promote."
          : "The candidate answers all requests now. It passed at %s."
              .formatted(shares(request.weights()));
    }
    return switch (Objects.requireNonNull(request.failure())) {
      case ANALYSIS_FAILED ->
          "The baseline answers all requests again: a measurement broke a limit.";
      case CANDIDATE_NOT_READY ->
          "The baseline answers all requests again: no pod of the candidate was ready.";
      case PROGRESS_DEADLINE_EXCEEDED ->
          "The baseline answers all requests again: the candidate was not promoted in the time given to it.";
      case ABORTED -> "The baseline answers all requests again: a person took the candidate back.";
      case DIGEST_DENIED ->
          "The baseline answers all requests again: the candidate's digest was denied meanwhile.";
      default -> "The baseline answers all requests again.";
    };
  }

  private static String shares(List<Integer> weights) {
    String all = weights.stream().map(String::valueOf).collect(Collectors.joining(", "));
    int comma = all.lastIndexOf(", ");
    return (comma < 0 ? all : all.substring(0, comma) + " and " + all.substring(comma + 2))
        + "\u00a0% of them";
  }

  private static Last last(MetricStatus metric) {
    return new Last(
        Tones.of(metric.verdict()),
        Tones.symbol(metric.verdict()),
        Tones.word(metric.verdict()),
        MetricView.label(metric.name()),
        metric.message());
  }

  private static List<Tile> tiles(ReleaseReport report, Instant begin, Instant end) {
    ReleaseReportRequest request = report.request();
    int greatest =
        request.history().stream()
            .map(HistoryEntry::weight)
            .max(Comparator.naturalOrder())
            .orElse(0);
    Evidence evidence = request.evidence();
    return List.of(
        new Tile(
            "Greatest share of the candidate",
            greatest + "\u00a0%",
            "of the requests; steps asked for: "
                + request.weights().stream()
                    .map(String::valueOf)
                    .collect(Collectors.joining(", "))),
        new Tile(
            "Measurements",
            Integer.toString(request.rounds()),
            "%s samples sent to each side".formatted(grouped(evidence.candidate().requests()))),
        new Tile(
            request.promoted() ? "From start to promotion" : "From start to the end",
            took(Duration.between(begin, end)),
            "%s to %s UTC".formatted(CLOCK.format(begin), CLOCK.format(end))));
  }

  private static Step step(HistoryEntry entry, Instant begin) {
    Instant time = Instant.parse(entry.time());
    return new Step(
        CLOCK.format(time),
        "+" + took(Duration.between(begin, time)),
        phase(entry.phase()),
        entry.weight(),
        entry.phase() == ReleasePhase.ROLLING_BACK || entry.phase() == ReleasePhase.ROLLED_BACK
            ? "bad"
            : "",
        entry.message());
  }

  private static String phase(ReleasePhase phase) {
    return ContractJson.tree(phase).asText();
  }

  private static List<Count> counts(Evidence evidence) {
    Evidence.Answers old = evidence.baseline();
    Evidence.Answers candidate = evidence.candidate();
    return List.of(
        new Count("Requests", grouped(old.requests()), grouped(candidate.requests())),
        new Count("Without a valid answer", grouped(old.errors()), grouped(candidate.errors())),
        new Count("Right answers", share(old), share(candidate)));
  }

  private static String share(Evidence.Answers side) {
    long answered = side.requests() - side.errors();
    return answered == 0
        ? grouped(side.correct())
        : String.format(
            Locale.ROOT,
            "%s (%.2f\u00a0%%)",
            grouped(side.correct()),
            100.0 * side.correct() / answered);
  }

  private static List<Fact> pairs(Evidence evidence) {
    return List.of(
        new Fact("Samples that both answered", grouped(evidence.pairs())),
        new Fact("The same answer", grouped(evidence.agree())),
        new Fact("Right at the baseline only", grouped(evidence.onlyBaselineRight())),
        new Fact("Right at the candidate only", grouped(evidence.onlyCandidateRight())));
  }

  /** Which measurements nothing can be told of; empty when there is none. */
  private static String missing(ReleaseReport report) {
    List<KeptRounds.Missing> all = report.missing();
    if (all.isEmpty()) {
      return "";
    }
    String some =
        all.stream()
            .limit(MAX_MISSING)
            .map(missing -> missing.number() + " (" + missing.why() + ")")
            .collect(Collectors.joining(", "));
    return "Of %d of %d measurements nothing is in the workspace: %s%s."
        .formatted(
            report.request().rounds() - report.rounds().size(),
            report.request().rounds(),
            some,
            all.size() > MAX_MISSING ? " and others" : "");
  }

  /** Whether charts and tables rest on other counts than the decision; empty when not. */
  private static String differs(ReleaseReport report) {
    return report.complete()
        ? ""
        : "The operator counted %s requests to the candidate, those below add up to %s: verdicts of single measurements are computed from what is here and can differ from what was decided."
            .formatted(
                grouped(report.request().evidence().candidate().requests()),
                grouped(report.kept().candidate().requests()));
  }

  private static List<Fact> asked(ReleaseReportRequest request) {
    Analysis analysis = request.analysis();
    List<Fact> facts = new ArrayList<>();
    Optional.ofNullable(analysis.dataset())
        .ifPresent(
            data ->
                facts.add(
                    new Fact(
                        "Labelled samples",
                        data.uri()
                            + Optional.ofNullable(data.digest()).map(d -> ", " + d).orElse(""))));
    facts.add(
        new Fact(
            "Each measurement",
            "%d samples, every %s".formatted(analysis.samples(), analysis.interval())));
    facts.add(
        new Fact(
            "Before anything passes",
            grouped(analysis.minSamples()) + " answers of the candidate"));
    facts.add(
        new Fact(
            "Confidence",
            "%s; failed measurements allowed: %d"
                .formatted(analysis.confidence(), analysis.failureLimit())));
    Optional.ofNullable(request.command()).ifPresent(c -> facts.add(new Fact("Last command", c)));
    analysis.metrics().stream()
        .filter(metric -> metric.query() != null)
        .forEach(metric -> facts.add(new Fact("Query of " + metric.name(), metric.query())));
    return facts;
  }

  private static List<Fact> git(ReleaseReportRequest request) {
    WriteBackStatus git = request.writeBack();
    if (git == null) {
      return List.of();
    }
    List<Fact> facts = new ArrayList<>();
    facts.add(
        new Fact(
            "State",
            switch (git.state()) {
              case WRITTEN -> "written";
              case FAILED -> "could not be written";
              case PENDING -> "not written yet when this page was";
            }));
    Optional.ofNullable(git.commit()).ifPresent(text -> facts.add(new Fact("Commit", text)));
    Optional.ofNullable(git.branch()).ifPresent(text -> facts.add(new Fact("Branch", text)));
    Optional.ofNullable(git.url()).ifPresent(text -> facts.add(new Fact("Pull request", text)));
    Optional.ofNullable(git.message()).ifPresent(text -> facts.add(new Fact("Message", text)));
    return facts;
  }

  private static String grouped(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** A time as people say it, to the second, minute or hour. */
  static String took(Duration time) {
    long seconds = Math.max(0, time.toSeconds());
    if (seconds < 60) {
      return seconds + "\u00a0s";
    }
    return seconds < 3600
        ? "%d\u00a0min %d\u00a0s".formatted(seconds / 60, seconds % 60)
        : "%d\u00a0h %d\u00a0min".formatted(seconds / 3600, seconds % 3600 / 60);
  }
}
