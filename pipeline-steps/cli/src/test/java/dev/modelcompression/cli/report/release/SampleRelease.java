package dev.modelcompression.cli.report.release;

import dev.modelcompression.api.release.Analysis;
import dev.modelcompression.api.release.ReleaseMetric;
import dev.modelcompression.api.release.status.Evidence;
import dev.modelcompression.api.release.status.HistoryEntry;
import dev.modelcompression.api.release.status.MetricStatus;
import dev.modelcompression.api.release.status.ReleasePhase;
import dev.modelcompression.api.release.status.Verdict;
import dev.modelcompression.api.release.status.WriteBackStatus;
import dev.modelcompression.api.status.Reason;
import dev.modelcompression.contract.ContractJson;
import dev.modelcompression.contract.ProbeReport;
import dev.modelcompression.contract.ProbeReport.Answer;
import dev.modelcompression.contract.ProbeReport.Answers;
import dev.modelcompression.contract.ProbeReport.Estimate;
import dev.modelcompression.contract.ReleaseReportRequest;
import dev.modelcompression.contract.ReleaseRound;
import dev.modelcompression.engine.release.Look;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Runs of releases as operator and probes tell of them. */
public final class SampleRelease {
  private static final Instant BEGIN = Instant.parse("2026-11-22T20:43:02Z");
  private static final Duration EVERY = Duration.ofSeconds(30);
  private static final int SAMPLES = 500;

  private static final Analysis ANALYSIS =
      ContractJson.read(
          """
          {"interval": "30s", "samples": 500, "minSamples": 400,
           "dataset": {"uri": "pvc://data/fashion-mnist/test.npz", "digest": "sha256:%s"},
           "prometheus": {"url": "http://prometheus:9090"},
           "metrics": [
             {"name": "accuracy", "maxDrop": 0.02},
             {"name": "errorRate", "max": 0.02},
             {"name": "latencyP50", "maxRatio": 1.5},
             {"name": "queueTime", "max": 0.05, "query": "max(queue{release=\\"{{release}}\\"}) < 9"}]}
          """
              .formatted("d4".repeat(32)),
          Analysis.class,
          "analysis");

  private final List<ReleaseRound> rounds = new ArrayList<>();
  private final List<HistoryEntry> history = new ArrayList<>();
  private Evidence evidence = Evidence.NONE;
  private List<MetricStatus> metrics = List.of();
  private Verdict verdict = Verdict.INCONCLUSIVE;

  private SampleRelease() {}

  /** A candidate that is faster and keeps every limit. */
  public static SampleRelease promoted() {
    var sample = new SampleRelease();
    sample.note(0, ReleasePhase.INITIALIZING, 0, "baseline and candidate are started");
    sample.note(
        18, ReleasePhase.SHADOWING, 0, "the candidate is measured; the baseline answers everybody");
    sample.round(0, 3, 2, 0, 0.61);
    sample.note(62, ReleasePhase.PROGRESSING, 10, "the candidate gets 10 %");
    sample.round(10, 4, 3, 0, 0.58);
    sample.round(10, 2, 3, 1, 0.64);
    sample.note(105, ReleasePhase.PROGRESSING, 50, "the candidate gets 50 %");
    sample.round(50, 5, 3, 0, 0.72);
    sample.round(50, 3, 4, 0, 0.66);
    sample.note(165, ReleasePhase.PROGRESSING, 100, "the candidate gets 100 %");
    sample.round(100, 4, 2, 0, 0.80);
    sample.round(100, 2, 2, 0, 0.69);
    sample.note(226, ReleasePhase.PROMOTING, 100, "the candidate takes all requests");
    sample.note(
        232,
        ReleasePhase.AWAITING_GIT,
        100,
        "the candidate serves; the spec does not name it as its baseline yet");
    return sample;
  }

  /** A candidate that begins to be slow and wrong at half of the requests. */
  public static SampleRelease takenBack() {
    var sample = new SampleRelease();
    sample.note(0, ReleasePhase.INITIALIZING, 0, "baseline and candidate are started");
    sample.note(
        18, ReleasePhase.SHADOWING, 0, "the candidate is measured; the baseline answers everybody");
    sample.round(0, 3, 2, 0, 0.61);
    sample.note(62, ReleasePhase.PROGRESSING, 10, "the candidate gets 10 %");
    sample.round(10, 4, 3, 0, 0.58);
    sample.note(92, ReleasePhase.PROGRESSING, 50, "the candidate gets 50 %");
    sample.round(50, 9, 3, 2, 1.45);
    sample.round(50, 71, 2, 14, 8.96);
    sample.note(132, ReleasePhase.ROLLING_BACK, 0, sample.figures());
    sample.note(168, ReleasePhase.ROLLED_BACK, 0, sample.figures());
    return sample;
  }

  private void note(int second, ReleasePhase phase, int weight, String message) {
    history.add(
        new HistoryEntry(
            BEGIN.plusSeconds(second).toString(),
            phase,
            weight,
            rounds.isEmpty() ? null : verdict,
            message.substring(0, Math.min(200, message.length()))));
  }

  private void round(int weight, int onlyBaseline, int onlyCandidate, int errors, double ratio) {
    int number = rounds.size() + 1;
    var round =
        new ReleaseRound(
            "v1",
            BEGIN.plus(EVERY.multipliedBy(number)).plusSeconds(9),
            weight,
            weight > 0,
            ANALYSIS.metrics().stream()
                .map(
                    m ->
                        new ReleaseMetric(
                            m.name(),
                            m.min(),
                            m.max(),
                            m.maxDrop(),
                            m.minRatio(),
                            m.maxRatio(),
                            null))
                .toList(),
            report(number, onlyBaseline, onlyCandidate, errors, ratio));
    rounds.add(round);
    Look look = Look.at(ANALYSIS, evidence, round.report(), number, round.traffic());
    evidence = look.evidence();
    metrics = look.verdict().metrics();
    verdict = look.verdict().verdict();
  }

  private static ProbeReport report(
      int number, int onlyBaseline, int onlyCandidate, int errors, double ratio) {
    int pairs = SAMPLES - errors;
    int alike = pairs - onlyBaseline - onlyCandidate;
    int bothRight = alike - 31;
    return new ProbeReport(
        "v1",
        "r-83ac51d0e2",
        number,
        10_000,
        new ProbeReport.Side(
            SAMPLES, 0, bothRight + onlyBaseline + errors, time(7.2, 0.03), time(18.4, 0.12), null),
        new ProbeReport.Side(
            SAMPLES,
            errors,
            bothRight + onlyCandidate,
            time(7.2 * ratio, 0.03),
            time(18.4 * ratio, 0.12),
            errors > 0 ? "HTTP 500" : null),
        new ProbeReport.Pairs(
            pairs, alike, onlyBaseline, onlyCandidate, time(ratio, 0.04), time(ratio, 0.15)),
        Map.of(
            "queueTime",
            new Answers(
                number % 3 == 0 ? Answer.failed("no sample") : Answer.of(0.004 * number), null)));
  }

  private static Estimate time(double value, double logError) {
    return new Estimate(value, logError);
  }

  private String figures() {
    return metrics.stream()
        .filter(metric -> metric.verdict() == Verdict.FAIL)
        .map(MetricStatus::message)
        .reduce((a, b) -> a + "; " + b)
        .orElse("");
  }

  /** The rounds as probes kept them. */
  public List<ReleaseRound> rounds() {
    return List.copyOf(rounds);
  }

  /** Writes the rounds as probes keep them. */
  public void keep(Path folder) throws IOException {
    Files.createDirectories(folder);
    for (ReleaseRound round : rounds) {
      Files.writeString(
          folder.resolve(ReleaseRound.fileName(round.report().round())), ContractJson.write(round));
    }
  }

  /** What the operator asks for. */
  public ReleaseReportRequest request(String folder) {
    boolean promoted = verdict != Verdict.FAIL;
    var end = history.get(history.size() - 1);
    return new ReleaseReportRequest(
        "v1",
        "vision",
        "fashion",
        "r-83ac51d0e2",
        folder,
        promoted ? null : Reason.ANALYSIS_FAILED,
        promoted ? end.message() : figures(),
        BEGIN.toString(),
        end.time(),
        new ReleaseReportRequest.Model(
            "pvc://models/fashion-mnist/resnet8.onnx", "sha256:" + "1f".repeat(32)),
        new ReleaseReportRequest.Model(
            "pvc://work/mc/steps/6f1c/model.onnx", "sha256:" + "43".repeat(32)),
        List.of(10, 50, 100),
        ANALYSIS,
        history,
        rounds.size(),
        evidence,
        metrics,
        null,
        git(promoted));
  }

  private static @Nullable WriteBackStatus git(boolean promoted) {
    return new WriteBackStatus(
        WriteBackStatus.State.WRITTEN,
        1,
        BEGIN.plusSeconds(280).toString(),
        "9c41d7e2".repeat(5),
        "main",
        null,
        promoted
            ? "Make sha256:434343434343 the baseline of fashion"
            : "Deny sha256:434343434343 for fashion");
  }

  /** The report of all rounds. */
  ReleaseReport report() {
    return ReleaseReport.of(
        request("file:///work/releases/fashion/r-83ac51d0e2"),
        new KeptRounds(rounds, List.of()),
        "0.1.0");
  }

  /** The metric's last verdict. */
  MetricStatus last(String metric) {
    return Objects.requireNonNull(
        metrics.stream().filter(m -> m.name().equals(metric)).findFirst().orElse(null));
  }
}
