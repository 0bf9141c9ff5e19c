package dev.modelcompression.cli.probe;

import dev.modelcompression.cli.probe.InferenceServer.Reply;
import dev.modelcompression.cli.step.StepInputs;
import dev.modelcompression.contract.ProbeReport;
import dev.modelcompression.contract.ProbeReport.Answers;
import dev.modelcompression.contract.ProbeRequest;
import dev.modelcompression.contract.ProbeRequest.Query;
import dev.modelcompression.data.Progress;
import dev.modelcompression.data.ThrownElsewhere;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.apache.commons.rng.simple.RandomSource;
import org.jspecify.annotations.Nullable;

/**
 * Asks both sides the same samples. The two requests of a sample follow each other directly, in an
 * order that is drawn, so that whatever comes and goes meets both alike.
 */
public final class ProbeRound {
  private static final long MAX_ANSWER_BYTES = 16L << 20;
  private static final int POLL_MILLIS = 200;

  /** A side that fails this often in a row while it is warmed up is not going to get warm. */
  private static final int COLD_FAILURES = 3;

  private final ProbeRequest request;
  private final ProbeSamples samples;
  private final boolean[] candidateFirst;
  private final InferenceServer baseline;
  private final InferenceServer candidate;
  private final AtomicReferenceArray<@Nullable Outcome> outcomes;
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicInteger done = new AtomicInteger();

  private ProbeRound(ProbeRequest request, ProbeSamples samples) {
    this.request = request;
    this.samples = samples;
    var http = new Http(Duration.ofMillis(request.timeoutMillis()), MAX_ANSWER_BYTES);
    baseline = new InferenceServer(http, request.baseline());
    candidate = new InferenceServer(http, request.candidate());
    outcomes = new AtomicReferenceArray<>(samples.size());
    var random = RandomSource.XO_SHI_RO_256_PP.create(seed());
    candidateFirst = new boolean[samples.size()];
    for (int i = 0; i < candidateFirst.length; i++) {
      candidateFirst[i] = random.nextBoolean();
    }
  }

  /**
   * Measures.
   *
   * @param progress told how many samples are through, several times a second; may end the round by
   *     throwing
   * @throws dev.modelcompression.data.InvalidDataException the data set cannot be used
   * @throws IllegalArgumentException a header cannot be set
   */
  public static ProbeReport run(ProbeRequest request, StepInputs inputs, Progress progress) {
    var samples =
        ProbeSamples.load(
            inputs, request.dataset(), request.samples(), request.asked(), request.seed());
    try {
      return new ProbeRound(request, samples).run(progress);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private ProbeReport run(Progress progress) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(request.durationMillis());
    var workers = Executors.newFixedThreadPool(request.concurrency());
    try {
      var work = new ArrayList<Future<?>>();
      for (int worker = 0; worker < request.concurrency(); worker++) {
        int first = worker;
        work.add(
            workers.submit(
                () -> {
                  warmUp(first, deadline);
                  measure(deadline);
                  return null;
                }));
      }
      workers.shutdown();
      while (!workers.awaitTermination(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
        progress.update(done.get(), samples.size(), "");
      }
      for (var part : work) {
        part.get();
      }
    } catch (ExecutionException e) {
      throw ThrownElsewhere.in(e);
    } finally {
      workers.shutdownNow();
    }
    return report(prometheus());
  }

  /** Every worker sends its share of the requests to both sides. */
  private void warmUp(int worker, long deadline) throws InterruptedException {
    for (var side : List.of(baseline, candidate)) {
      int failures = 0;
      for (int i = worker;
          i < request.warmup() && failures < COLD_FAILURES && System.nanoTime() < deadline;
          i += request.concurrency()) {
        failures = side.ask(samples.body(i % samples.size())).isError() ? failures + 1 : 0;
      }
    }
  }

  /** The first sample of every worker is asked however late it is. */
  private void measure(long deadline) throws InterruptedException {
    do {
      int index = next.getAndIncrement();
      if (index >= samples.size()) {
        return;
      }
      byte[] body = samples.body(index);
      Reply before = (candidateFirst[index] ? candidate : baseline).ask(body);
      Reply after = (candidateFirst[index] ? baseline : candidate).ask(body);
      outcomes.set(
          index,
          candidateFirst[index]
              ? new Outcome(samples.label(index), after, before)
              : new Outcome(samples.label(index), before, after));
      done.incrementAndGet();
    } while (System.nanoTime() < deadline);
  }

  private Map<String, Answers> prometheus() throws InterruptedException {
    Map<String, Answers> answers = new TreeMap<>();
    if (request.prometheus() == null) {
      return answers;
    }
    var server =
        new PrometheusServer(
            new Http(Duration.ofMillis(request.timeoutMillis()), MAX_ANSWER_BYTES),
            request.prometheus().url());
    for (Map.Entry<String, Query> query : request.queries().entrySet()) {
      String other = query.getValue().baseline();
      answers.put(
          query.getKey(),
          new Answers(
              server.ask(query.getValue().candidate()), other == null ? null : server.ask(other)));
    }
    return answers;
  }

  private ProbeReport report(Map<String, Answers> queries) {
    var asked = new ArrayList<Outcome>();
    for (int i = 0; i < outcomes.length(); i++) {
      var outcome = outcomes.get(i);
      if (outcome != null) {
        asked.add(outcome);
      }
    }
    return Outcome.report(request, samples.population(), asked, queries, seed());
  }

  private long seed() {
    return request.seed() + request.round();
  }
}
