package dev.modelcompression.engine.release;

import static dev.modelcompression.engine.release.Rounds.analysis;
import static dev.modelcompression.engine.release.Rounds.max;
import static dev.modelcompression.engine.release.Rounds.maxDrop;
import static dev.modelcompression.engine.release.Rounds.maxRatio;
import static dev.modelcompression.engine.release.Rounds.min;
import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.api.release.Analysis;
import dev.modelcompression.api.release.status.Evidence;
import dev.modelcompression.api.release.status.Verdict;
import dev.modelcompression.contract.ProbeReport;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Whole releases, simulated sample by sample from seeds: rounds of 500 samples of a data set of
 * 10,000, four to a step, weights 10, 50 and 100. A release is rolled back at its first Fail.
 */
class SimulationTest {
  private static final int RUNS = 1000;
  private static final int POPULATION = 10_000;
  private static final int SAMPLES = 500;

  /** Four rounds a step, three steps. */
  private static final int ROUNDS = 12;

  /** Rounds before the weight of 50. */
  private static final int BEFORE_HALF = 4;

  private static final Analysis USUAL =
      analysis(
          500,
          maxDrop("accuracy", 0.005),
          min("agreement", 0.98),
          max("errorRate", 0.01),
          maxRatio("latencyP50", 1),
          maxRatio("latencyP99", 1));

  /** What a sample is to both models; asked again, it is the same. */
  private enum Kind {
    BOTH_RIGHT,
    BOTH_WRONG,
    ONLY_BASELINE,
    ONLY_CANDIDATE
  }

  /**
   * A candidate.
   *
   * @param worse samples of the data set that only the baseline gets right
   * @param better samples that only the candidate gets right
   * @param errors share of its requests that fail, drawn anew for each
   * @param slower factor of its times
   */
  private record Candidate(int worse, int better, double errors, double slower) {
    /** The data set in drawn order; the baseline gets 9 of 10 samples right. */
    Kind[] walk(SplittableRandom random) {
      var kinds = new Kind[POPULATION];
      Arrays.fill(kinds, Kind.BOTH_RIGHT);
      Arrays.fill(kinds, 0, worse, Kind.ONLY_BASELINE);
      Arrays.fill(kinds, worse, worse + better, Kind.ONLY_CANDIDATE);
      Arrays.fill(kinds, worse + better, worse + POPULATION / 10, Kind.BOTH_WRONG);
      for (int i = POPULATION - 1; i > 0; i--) {
        int j = random.nextInt(i + 1);
        var kept = kinds[i];
        kinds[i] = kinds[j];
        kinds[j] = kept;
      }
      return kinds;
    }

    ProbeReport round(Kind[] walk, int number, SplittableRandom random) {
      var round = Rounds.of(POPULATION);
      for (int i = 0; i < SAMPLES; i++) {
        var kind = walk[((number - 1) * SAMPLES + i) % POPULATION];
        if (errors > 0 && random.nextDouble() < errors) {
          round.candidateFails(1, kind != Kind.BOTH_WRONG && kind != Kind.ONLY_CANDIDATE);
        } else {
          round.answered(
              1,
              kind == Kind.BOTH_RIGHT || kind == Kind.ONLY_BASELINE,
              kind == Kind.BOTH_RIGHT || kind == Kind.ONLY_CANDIDATE,
              kind == Kind.BOTH_RIGHT || kind == Kind.BOTH_WRONG);
        }
      }
      double error = 0.02;
      return round
          .slower(
              slower * Math.exp(error * random.nextGaussian()),
              slower * Math.exp(error * random.nextGaussian()),
              error)
          .report();
    }
  }

  @Test
  void aNewDeploymentOfTheSameModelIsNotRolledBack() {
    assertThat(rolledBack(USUAL, new Candidate(0, 0, 0, 1), ROUNDS)).isLessThanOrEqualTo(0.05);
  }

  @Test
  void anEquallyGoodModelIsNotRolledBack() {
    assertThat(
            rolledBack(
                analysis(500, maxDrop("accuracy", 0.005)), new Candidate(200, 200, 0, 1), ROUNDS))
        .isLessThanOrEqualTo(0.05);
  }

  /** Two walks through the data set: many looks, and in the end no doubt. */
  @Test
  void manyLooksDoNotAddUp() {
    assertThat(
            rolledBack(
                analysis(500, maxDrop("accuracy", 0.005), maxRatio("latencyP50", 1)),
                new Candidate(200, 150, 0, 1),
                2 * POPULATION / SAMPLES))
        .isLessThanOrEqualTo(0.05);
  }

  /** The worst that is still accepted: exactly at each limit. */
  @Test
  void aCandidateAtTheLimitIsNotRolledBack() {
    assertThat(
            rolledBack(
                analysis(500, maxDrop("accuracy", 0.005)), new Candidate(200, 150, 0, 1), ROUNDS))
        .isLessThanOrEqualTo(0.05);
    assertThat(
            rolledBack(
                analysis(500, min("agreement", 0.98)), new Candidate(100, 100, 0, 1), ROUNDS))
        .isLessThanOrEqualTo(0.05);
    assertThat(
            rolledBack(analysis(500, max("errorRate", 0.01)), new Candidate(0, 0, 0.01, 1), ROUNDS))
        .isLessThanOrEqualTo(0.05);
    assertThat(
            rolledBack(analysis(500, maxRatio("latencyP50", 1)), new Candidate(0, 0, 0, 1), ROUNDS))
        .isLessThanOrEqualTo(0.05);
  }

  @Test
  void aLossOfThreePercentAgreementIsSeenBeforeHalfOfTheTraffic() {
    var lossy = new Candidate(200, 100, 0, 1);
    assertThat(rolledBack(analysis(500, min("agreement", 0.99)), lossy, BEFORE_HALF))
        .isGreaterThanOrEqualTo(0.95);
    assertThat(rolledBack(analysis(500, min("agreement", 0.985)), lossy, BEFORE_HALF))
        .isGreaterThanOrEqualTo(0.95);
  }

  @Test
  void whatIsBadIsSeenAtOnce() {
    assertThat(rolledBack(USUAL, new Candidate(0, 0, 0.05, 1), 1)).isGreaterThanOrEqualTo(0.95);
    assertThat(rolledBack(USUAL, new Candidate(600, 0, 0, 1), 1)).isGreaterThanOrEqualTo(0.95);
    assertThat(rolledBack(USUAL, new Candidate(0, 0, 0, 1.3), 1)).isGreaterThanOrEqualTo(0.95);
  }

  /** Nearly all good candidates pass by the time that the second step is over. */
  @Test
  void aGoodCandidatePasses() {
    var analysis =
        analysis(500, maxDrop("accuracy", 0.01), max("errorRate", 0.01), maxRatio("latencyP50", 1));
    var good = new Candidate(40, 30, 0, 0.5);
    long through =
        IntStream.range(0, RUNS)
            .filter(seed -> verdictAfter(analysis, good, 2 * BEFORE_HALF, seed) == Verdict.PASS)
            .count();
    assertThat(through).isGreaterThanOrEqualTo(RUNS * 95 / 100);
  }

  private static Verdict verdictAfter(
      Analysis analysis, Candidate candidate, int rounds, int seed) {
    var random = new SplittableRandom(seed);
    var walk = candidate.walk(random);
    var pooled = Evidence.NONE;
    var verdict = Verdict.INCONCLUSIVE;
    for (int look = 1; look <= rounds; look++) {
      var report = candidate.round(walk, look, random);
      pooled = EvidencePool.plus(pooled, report);
      verdict = ReleaseVerdict.of(analysis, pooled, report, look).verdict();
      if (verdict == Verdict.FAIL) {
        return verdict;
      }
    }
    return verdict;
  }

  /** Share of the runs that are rolled back within so many rounds. */
  private static double rolledBack(Analysis analysis, Candidate candidate, int rounds) {
    long failed =
        IntStream.range(0, RUNS)
            .filter(seed -> verdictAfter(analysis, candidate, rounds, seed) == Verdict.FAIL)
            .count();
    return (double) failed / RUNS;
  }
}
