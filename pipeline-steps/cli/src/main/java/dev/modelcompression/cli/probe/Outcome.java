package dev.modelcompression.cli.probe;

import dev.modelcompression.cli.probe.InferenceServer.Reply;
import dev.modelcompression.contract.ProbeReport;
import dev.modelcompression.contract.ProbeReport.Answers;
import dev.modelcompression.contract.ProbeReport.Pairs;
import dev.modelcompression.contract.ProbeReport.Side;
import dev.modelcompression.contract.ProbeRequest;
import dev.modelcompression.contract.StepRequest;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What both sides said to one sample. */
record Outcome(int label, Reply baseline, Reply candidate) {
  /** Counts what was said. */
  static ProbeReport report(
      ProbeRequest request,
      int population,
      List<Outcome> outcomes,
      Map<String, Answers> queries,
      long seed) {
    return new ProbeReport(
        StepRequest.VERSION,
        request.runId(),
        request.round(),
        population,
        side(outcomes, Outcome::baseline, seed),
        side(outcomes, Outcome::candidate, seed),
        pairs(outcomes.stream().filter(Outcome::isPair).toList(), seed),
        queries);
  }

  private boolean isPair() {
    return !baseline.isError() && !candidate.isError();
  }

  private boolean isRight(Reply reply) {
    return reply.predicted() == label;
  }

  private static Side side(List<Outcome> outcomes, Function<Outcome, Reply> of, long seed) {
    var answered = outcomes.stream().filter(outcome -> !of.apply(outcome).isError()).toList();
    var times = answered.isEmpty() ? null : Times.of(millis(answered, of), seed);
    return new Side(
        outcomes.size(),
        outcomes.size() - answered.size(),
        count(answered, outcome -> outcome.isRight(of.apply(outcome))),
        times == null ? null : times.p50(),
        times == null ? null : times.p99(),
        commonFailure(outcomes.stream().map(of).filter(Reply::isError).toList()));
  }

  private static Pairs pairs(List<Outcome> pairs, long seed) {
    var ratio =
        pairs.isEmpty()
            ? null
            : Times.ratio(
                millis(pairs, Outcome::baseline), millis(pairs, Outcome::candidate), seed);
    return new Pairs(
        pairs.size(),
        count(pairs, pair -> pair.baseline.predicted() == pair.candidate.predicted()),
        count(pairs, pair -> pair.isRight(pair.baseline) && !pair.isRight(pair.candidate)),
        count(pairs, pair -> pair.isRight(pair.candidate) && !pair.isRight(pair.baseline)),
        ratio == null ? null : ratio.p50(),
        ratio == null ? null : ratio.p99());
  }

  private static double[] millis(List<Outcome> outcomes, Function<Outcome, Reply> of) {
    return outcomes.stream().mapToDouble(outcome -> of.apply(outcome).millis()).toArray();
  }

  private static int count(List<Outcome> outcomes, Predicate<Outcome> what) {
    return Math.toIntExact(outcomes.stream().filter(what).count());
  }

  /** The first by name of those that are the most. */
  private static @Nullable String commonFailure(List<Reply> errors) {
    Map<String, Long> counts =
        errors.stream()
            .collect(Collectors.groupingBy(Reply::failure, TreeMap::new, Collectors.counting()));
    return counts.entrySet().stream()
        .max(
            Map.Entry.<String, Long>comparingByValue()
                .thenComparing(Map.Entry.comparingByKey(Comparator.reverseOrder())))
        .map(Map.Entry::getKey)
        .orElse(null);
  }
}
