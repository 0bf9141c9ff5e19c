package dev.modelcompression.engine.release;

import static dev.modelcompression.api.release.status.Verdict.FAIL;
import static dev.modelcompression.api.release.status.Verdict.INCONCLUSIVE;
import static dev.modelcompression.api.release.status.Verdict.PASS;
import static dev.modelcompression.engine.release.Rounds.analysis;
import static dev.modelcompression.engine.release.Rounds.max;
import static dev.modelcompression.engine.release.Rounds.maxDrop;
import static dev.modelcompression.engine.release.Rounds.maxRatio;
import static dev.modelcompression.engine.release.Rounds.min;
import static dev.modelcompression.engine.release.Rounds.minRatio;
import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.api.release.ReleaseMetric;
import dev.modelcompression.api.release.status.Evidence;
import dev.modelcompression.api.release.status.MetricStatus;
import dev.modelcompression.api.release.status.Verdict;
import dev.modelcompression.contract.ProbeReport.Answer;
import dev.modelcompression.contract.ProbeReport.Answers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ReleaseVerdictTest {
  private static final int MANY = 1_000_000;

  private static Arguments row(
      ReleaseMetric metric, Rounds round, Verdict verdict, String message) {
    return Arguments.of(metric, round, verdict, message);
  }

  /** One look at one round, a confidence of 0.95, at least 500 samples of very many. */
  static Stream<Arguments> table() {
    return Stream.of(
        // Accuracy: absolute, against the baseline, as a ratio.
        row(
            min("accuracy", 0.9),
            round().right(1000),
            PASS,
            "accuracy 1.0000 [0.9965, 1.0000] not below 0.9"),
        row(
            min("accuracy", 0.9),
            round().right(900).onlyBaselineRight(100),
            INCONCLUSIVE,
            "accuracy 0.9000 [0.8806, 0.9172]: not decided about 0.9"),
        row(
            min("accuracy", 0.9),
            round().right(850).onlyBaselineRight(150),
            FAIL,
            "accuracy 0.8500 [0.8274, 0.8707] below 0.9"),
        row(
            maxDrop("accuracy", 0.01),
            round().right(1000),
            PASS,
            "accuracy 1.0000 against 1.0000: drop 0.0000 [-0.0035, 0.0035] within 0.01"),
        row(
            maxDrop("accuracy", 0.01),
            round().right(980).onlyBaselineRight(12).onlyCandidateRight(8),
            INCONCLUSIVE,
            "not decided about 0.01"),
        row(
            maxDrop("accuracy", 0.01),
            round().right(950).onlyBaselineRight(45).onlyCandidateRight(5),
            FAIL,
            "accuracy 0.9550 against 0.9950: drop 0.0400 [0.0279, 0.0544] above 0.01"),
        row(minRatio("accuracy", 0.98), round().right(1000), PASS, "ratio 1.000"),
        row(
            minRatio("accuracy", 0.98),
            round().right(950).onlyBaselineRight(50),
            FAIL,
            "below 0.98"),
        row(maxRatio("accuracy", 1.02), round().right(1000), PASS, "within 1.02"),
        // Agreement.
        row(
            min("agreement", 0.97),
            round().right(995).onlyCandidateRight(5),
            PASS,
            "agreement 0.9950"),
        row(
            min("agreement", 0.97),
            round().right(940).answered(60, false, false, false),
            FAIL,
            "agreement 0.9400 [0.9242, 0.9534] below 0.97"),
        row(maxDrop("agreement", 0.1), round().right(1000), INCONCLUSIVE, "agreement: "),
        // Errors.
        row(
            max("errorRate", 0.01),
            round().right(1000),
            PASS,
            "errorRate 0.0000 [0.0000, 0.0035] within 0.01"),
        row(
            max("errorRate", 0.01),
            round().right(990).candidateFails(10),
            INCONCLUSIVE,
            "not decided about 0.01"),
        row(
            max("errorRate", 0.01),
            round().right(950).candidateFails(50),
            FAIL,
            "errorRate 0.0500 [0.0378, 0.0647] above 0.01 (HTTP 500)"),
        row(
            maxRatio("errorRate", 2),
            round().right(900).candidateFails(100).baselineFails(20),
            FAIL,
            "errorRate 0.0980 against 0.0196: ratio 5.000"),
        row(
            maxRatio("errorRate", 2),
            round().right(900).candidateFails(100),
            FAIL,
            "ratio unbounded"),
        row(maxRatio("errorRate", 2), round().right(1000), INCONCLUSIVE, "errorRate"),
        // What breaks both is not the candidate's fault.
        row(
            max("errorRate", 0.01),
            round().right(500).bothFail(500),
            PASS,
            "errorRate 0.0000 [0.0000, 0.0070] within 0.01"),
        row(
            max("errorRate", 0.01),
            round().right(500).candidateFails(250).baselineFails(250),
            INCONCLUSIVE,
            "above 0.01 (HTTP 500), but so is the baseline's 0.2500"),
        row(
            max("errorRate", 0.01),
            round().bothFail(1000),
            INCONCLUSIVE,
            "neither side answered anything yet"),
        row(
            min("accuracy", 0.9),
            round().bothFail(1000),
            INCONCLUSIVE,
            "no sample was answered by both sides yet"),
        row(
            maxRatio("latencyP50", 1),
            round().bothFail(1000),
            INCONCLUSIVE,
            "no sample was answered by both sides in this round"),
        // Times.
        row(
            maxRatio("latencyP50", 1),
            round().right(1000).slower(0.5, 0.05),
            PASS,
            "latencyP50 5.00 ms against 10.00 ms: ratio 0.500 [0.455, 0.549] within 1"),
        row(
            maxRatio("latencyP50", 1),
            round().right(1000).slower(1, 0.05),
            INCONCLUSIVE,
            "not decided about 1"),
        row(
            maxRatio("latencyP50", 1),
            round().right(1000).slower(3, 0.05),
            FAIL,
            "latencyP50 30.00 ms against 10.00 ms: ratio 3.000 [2.731, 3.295] above 1"),
        row(
            maxRatio("latencyP99", 1),
            round().right(1000).slower(1.1, 0.05),
            INCONCLUSIVE,
            "not decided about 1"),
        row(
            maxRatio("latencyP99", 1),
            round().right(50).slower(2, 0.1),
            INCONCLUSIVE,
            "latencyP99 40.00 ms against 20.00 ms"),
        row(
            max("latencyP99", 30),
            round().right(1000).slower(2, 0.05),
            FAIL,
            "latencyP99 40.00 ms [36.22 ms, 44.18 ms] above 30"),
        row(maxDrop("latencyP50", 1), round().right(1000).slower(0.5, 0.01), FAIL, "drop 5.00 ms"),
        // Prometheus: a number, or none.
        row(query(max("lag", 5)), asked(Answer.of(4), null), PASS, "lag 4.000 within 5"),
        row(query(max("lag", 5)), asked(Answer.of(6), null), FAIL, "lag 6.000 above 5"),
        row(
            query(max("lag", 5)),
            asked(Answer.failed("no sample"), null),
            INCONCLUSIVE,
            "lag: Prometheus gave no value for the candidate: no sample"),
        row(
            query(min("lag", 5)),
            asked(Answer.failed("NaN"), null),
            INCONCLUSIVE,
            "the candidate: NaN"),
        row(
            query(maxRatio("lag", 2)),
            asked(Answer.of(6), Answer.of(2)),
            FAIL,
            "lag 6.000 against 2.000: ratio 3.000 above 2"),
        row(
            query(maxRatio("lag", 2)),
            asked(Answer.of(6), Answer.failed("HTTP 503")),
            INCONCLUSIVE,
            "for the baseline: HTTP 503"),
        row(
            query(maxRatio("lag", 2)),
            asked(Answer.of(6), Answer.of(0)),
            INCONCLUSIVE,
            "the value of the baseline is 0"),
        row(
            query(maxRatio("lag", 2)),
            asked(Answer.of(6), null),
            INCONCLUSIVE,
            "the baseline was not asked"),
        row(
            query(maxDrop("lag", 1)),
            asked(Answer.of(6), Answer.of(8)),
            FAIL,
            "drop 2.000 above 1"),
        row(query(max("lag", 5)), round().right(1000), INCONCLUSIVE, "lag: was not asked"),
        row(
            query(max("accuracy", 5)),
            round().right(1000),
            INCONCLUSIVE,
            "accuracy: was not asked"));
  }

  @ParameterizedTest
  @MethodSource("table")
  void judgesALimit(ReleaseMetric metric, Rounds round, Verdict verdict, String message) {
    var judged = judge(500, round, metric);

    assertThat(judged.message()).contains(message).hasSizeLessThanOrEqualTo(300);
    assertThat(judged.verdict()).isEqualTo(verdict);
    assertThat(judged.name()).isEqualTo(metric.name());
  }

  @Test
  void perfectSamplesDoNotPassBeforeThereAreEnough() {
    for (var metric :
        new ReleaseMetric[] {
          maxDrop("accuracy", 0.5),
          min("agreement", 0.1),
          max("errorRate", 0.5),
          maxRatio("latencyP50", 1.2),
          query(max("lag", 5))
        }) {
      var perfect = Map.of("lag", new Answers(Answer.of(1), null));
      var almost = judge(500, round().right(499).slower(0.1, 0.01).queries(perfect), metric);
      assertThat(almost.verdict()).as(metric.name()).isEqualTo(INCONCLUSIVE);
      assertThat(almost.message()).contains("1 answers are missing for a verdict about");
      assertThat(
              judge(500, round().right(500).slower(0.1, 0.01).queries(perfect), metric).verdict())
          .as(metric.name())
          .isEqualTo(PASS);
    }
  }

  @Test
  void fewSamplesAreEnoughToFail() {
    assertThat(judge(500, round().right(10).candidateFails(10), max("errorRate", 0.01)).verdict())
        .isEqualTo(FAIL);
  }

  /** Also where all that a metric is told from is not there. */
  @Test
  void aCandidateThatAnswersNothingFailsWhateverIsMeasured() {
    var silent = round().candidateFails(500).queries(Map.of("rate", none()));
    for (var metric :
        new ReleaseMetric[] {
          max("errorRate", 1),
          min("accuracy", 0.1),
          min("agreement", 0.1),
          maxRatio("latencyP99", 9),
          query(min("rate", 0.9))
        }) {
      var judged = judge(500, silent, metric);
      assertThat(judged.verdict()).as(metric.name()).isEqualTo(FAIL);
      assertThat(judged.message())
          .isEqualTo(
              metric.name()
                  + ": the candidate answered none of 500 requests, the baseline 500 (HTTP 500)");
    }
    // It can go silent late.
    var pooled = EvidencePool.plus(Evidence.NONE, round().right(100_000).report());
    var report = silent.report();
    assertThat(
            ReleaseVerdict.of(
                    analysis(500, min("accuracy", 0.9)),
                    EvidencePool.plus(pooled, report),
                    report,
                    9)
                .verdict())
        .isEqualTo(FAIL);
    // One lost request is no proof.
    assertThat(judge(1, round().candidateFails(1), min("accuracy", 0.1)).verdict())
        .isEqualTo(INCONCLUSIVE);
  }

  @Test
  void withoutAMetricACandidateHasToAnswerAllTheSame() {
    assertThat(verdict(round().candidateFails(500))).isEqualTo(FAIL);
    assertThat(verdict(round().right(499))).isEqualTo(INCONCLUSIVE);
    assertThat(verdict(round().right(500))).isEqualTo(PASS);
  }

  @Test
  void failWinsAndMissingDataNeverPasses() {
    var good = max("errorRate", 0.1);
    var bad = max("latencyP50", 1);
    var unknown = query(max("lag", 5));
    var round = round().right(1000).queries(Map.of("lag", none()));
    assertThat(verdict(round, good)).isEqualTo(PASS);
    assertThat(verdict(round, good, unknown)).isEqualTo(INCONCLUSIVE);
    assertThat(verdict(round, unknown, bad, good)).isEqualTo(FAIL);
    assertThat(verdict(round, good, unknown, bad)).isEqualTo(FAIL);
  }

  @Test
  void theWorstLimitOfAMetricSpeaks() {
    var both = new ReleaseMetric("accuracy", 0.5, null, 0.01, null, null, null);
    var judged = judge(500, round().right(950).onlyBaselineRight(50), both);
    assertThat(judged.verdict()).isEqualTo(FAIL);
    assertThat(judged.message()).contains("drop 0.0500").contains("above 0.01");
    assertThat(judged.candidate()).isEqualTo("0.95");
    assertThat(judged.baseline()).isEqualTo("1");
    assertThat(Double.parseDouble(String.valueOf(judged.low()))).isBetween(0.03, 0.05);
    assertThat(judged.samples()).isEqualTo(1000);
  }

  @Test
  void numbersThatAreNoneAreLeftOutOfTheStatus() {
    var judged = judge(500, round().bothFail(1000), min("accuracy", 0.9));
    assertThat(judged.candidate()).isNull();
    assertThat(judged.low()).isNull();
    assertThat(judged.high()).isNull();
  }

  /** 5 % of 200 samples is not enough to tell, the same of 2000 is. */
  @Test
  void evidenceAddsUp() {
    var round = round().right(190).onlyBaselineRight(7).onlyCandidateRight(3).report();
    var analysis = analysis(500, maxDrop("accuracy", 0.005));
    var pooled = Evidence.NONE;
    var seen = new ArrayList<Verdict>();
    for (int look = 1; look <= 20; look++) {
      pooled = EvidencePool.plus(pooled, round);
      seen.add(ReleaseVerdict.of(analysis, pooled, round, look).verdict());
    }
    assertThat(seen).startsWith(INCONCLUSIVE).endsWith(FAIL).doesNotContain(PASS);
    assertThat(pooled.pairs()).isEqualTo(4000);
    assertThat(pooled.candidate().correct()).isEqualTo(20 * 193);
  }

  /** The same look says less the more looks there were. */
  @Test
  void laterLooksNeedMore() {
    var round = round().right(980).onlyBaselineRight(20);
    var metric = maxDrop("accuracy", 0.01);
    assertThat(at(1, round, metric)).isEqualTo(FAIL);
    assertThat(at(100, round, metric)).isEqualTo(INCONCLUSIVE);
  }

  /** When every sample was asked, its figure is the figure. */
  @Test
  void theWholeDataSetLeavesNoDoubt() {
    var metric = maxDrop("accuracy", 0.005);
    var just = Rounds.of(1000).right(985).onlyBaselineRight(10).onlyCandidateRight(5);
    assertThat(judge(500, just, metric).message())
        .isEqualTo("accuracy 0.9900 against 0.9950: drop 0.0050 within 0.005");
    assertThat(judge(500, just.onlyBaselineRight(1).right(-1), metric).verdict()).isEqualTo(FAIL);
  }

  /** Samples that are asked again are no others, though they are as many as failed before. */
  @Test
  void whatFailedIsStillInDoubtWhenOthersWereAskedAgain() {
    var first = Rounds.of(1000).right(897).onlyBaselineRight(3).candidateFails(100).report();
    var again = Rounds.of(1000).right(100).report();
    var pooled = EvidencePool.plus(EvidencePool.plus(Evidence.NONE, first), again);
    assertThat(pooled.pairs()).isEqualTo(1000);
    var analysis = analysis(500, maxDrop("accuracy", 0.005), min("agreement", 0.995));
    assertThat(ReleaseVerdict.of(analysis, pooled, again, 2).metrics())
        .extracting(MetricStatus::verdict)
        .containsOnly(INCONCLUSIVE);
  }

  private static Rounds round() {
    return Rounds.of(MANY);
  }

  private static Rounds asked(Answer candidate, @Nullable Answer baseline) {
    return round().right(1000).queries(Map.of("lag", new Answers(candidate, baseline)));
  }

  private static Answers none() {
    return new Answers(Answer.failed("no sample"), Answer.failed("no sample"));
  }

  private static ReleaseMetric query(ReleaseMetric metric) {
    return new ReleaseMetric(
        metric.name(),
        metric.min(),
        metric.max(),
        metric.maxDrop(),
        metric.minRatio(),
        metric.maxRatio(),
        "up");
  }

  private static MetricStatus judge(int minSamples, Rounds round, ReleaseMetric metric) {
    return look(1, minSamples, round, metric).metrics().get(0);
  }

  private static Verdict verdict(Rounds round, ReleaseMetric... metrics) {
    return look(1, 500, round, metrics).verdict();
  }

  private static Verdict at(int look, Rounds round, ReleaseMetric metric) {
    return look(look, 500, round, metric).verdict();
  }

  private static ReleaseVerdict look(
      int look, int minSamples, Rounds round, ReleaseMetric... metrics) {
    var report = round.report();
    var judged =
        ReleaseVerdict.of(
            analysis(minSamples, metrics), EvidencePool.plus(Evidence.NONE, report), report, look);
    assertThat(judged.metrics())
        .extracting(MetricStatus::name)
        .isEqualTo(List.of(metrics).stream().map(ReleaseMetric::name).toList());
    return judged;
  }
}
