package dev.modelcompression.operator.bench;

import dev.modelcompression.api.ModelCompression;
import dev.modelcompression.operator.cluster.ApiServer;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * Measures the operator and prints a table in Markdown. Arguments are cases: {@code pipelines},
 * {@code throughput}, {@code many}.
 */
final class Bench {
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration LIMIT = Duration.ofMinutes(20);

  /** Longer than any write takes that follows what was waited for. */
  private static final Duration SETTLE = Duration.ofSeconds(5);

  private static final int A_SECOND = 60;
  private static final int AT_ONCE = 0;

  private final Table table = new Table();
  private final int rounds = Integer.getInteger("bench.rounds", 3);
  private final Path folder;
  private final AuditLog audit;
  private final KubernetesClient client;
  private final String kubeconfig;

  private Bench(Path folder) {
    this.folder = folder;
    System.setProperty(ApiServer.AUDIT_POLICY_PROPERTY, AuditLog.POLICY);
    this.audit = new AuditLog(ApiServer.get().auditLog());
    this.client = ApiServer.get().client();
    this.kubeconfig =
        OperatorUser.create(client, Path.of(System.getProperty("operator.roles", "")));
  }

  /** Runs the cases. */
  public static void main(String... cases) {
    try {
      run(cases);
    } catch (IOException | RuntimeException e) {
      e.printStackTrace();
      System.exit(1);
    }
    // Threads of the client are still there.
    System.exit(0);
  }

  private static void run(String... cases) throws IOException {
    Bench bench = new Bench(Files.createTempDirectory("bench"));
    for (String name : cases) {
      switch (name) {
        case "pipelines" -> bench.pipelines();
        case "throughput" -> bench.throughput();
        case "many" -> bench.many();
        default -> throw new IllegalArgumentException("no such case: " + name);
      }
      System.out.println(bench.table.markdown());
    }
    bench.client.close();
  }

  /** Six steps a pipeline, one pipeline a second; each pod runs for half a second. */
  private void pipelines() {
    int count = Integer.getInteger("bench.pipelines", 60);
    try (MeasuredOperator operator = start();
        PretendedJobs jobs = new PretendedJobs(client, Duration.ofMillis(500))) {
      run(operator, count, A_SECOND, Workload.SIX_STEPS).close();
      for (int i = 0; i < rounds; i++) {
        try (Round round = run(operator, count, A_SECOND, Workload.SIX_STEPS)) {
          List<Call> own = round.operatorCalls();
          String per = " per pipeline";
          table.add(
              "writes" + per + ", Events apart", "≤ 20", "", share(own, Call::isState, count));
          table.add("Events" + per, "", "", share(own, Call::isEvent, count));
          table.add("reads (GET, LIST)" + per, "≤ 1", "", share(own, Call::isRead, count));
          double steps = (double) count * Workload.SIX_STEPS.size();
          table.add("reconciles per step", "≤ 6", "", round.reconciles() / steps);
          table.add(
              "processor time" + per, "", " ms", (double) round.processor().toMillis() / count);
          latencies("", round, "≤ 250 ms", "≤ 300 ms");
        }
      }
      check(jobs);
    }
  }

  /** One step a pipeline: as fast as they go, then at twice the rate that is asked for. */
  private void throughput() {
    int burst = Integer.getInteger("bench.burst", 500);
    int rate = Integer.getInteger("bench.rate", 540);
    try (MeasuredOperator operator = start();
        PretendedJobs jobs = new PretendedJobs(client, Duration.ZERO)) {
      run(operator, burst, AT_ONCE, Workload.ONE_STEP).close();
      for (int i = 0; i < rounds; i++) {
        try (Round round = run(operator, burst, AT_ONCE, Workload.ONE_STEP)) {
          table.add(
              "one-step pipelines a minute, %d created at once".formatted(burst),
              "≥ 270",
              "",
              burst * 60_000.0 / round.duration().toMillis());
        }
        String when = "one-step pipelines, %d created a minute: ".formatted(rate);
        try (Round round = run(operator, rate, rate, Workload.ONE_STEP)) {
          table.add(when + "most in the queue", "bounded", "", (double) round.mostQueued());
          latencies(when, round, "", "");
        }
      }
      check(jobs);
    }
  }

  private void latencies(String when, Round round, String firstJob, String result) {
    List<Double> begin = AuditLog.firstJob(round.calls());
    table.add(when + "created → first Job, p50", "", " ms", Table.quantile(begin, 0.5));
    table.add(when + "created → first Job, p99", firstJob, " ms", Table.quantile(begin, 0.99));
    List<Double> end = AuditLog.resultLag(round.calls());
    table.add(when + "Job finished → status, p50", "", " ms", Table.quantile(end, 0.5));
    table.add(when + "Job finished → status, p99", result, " ms", Table.quantile(end, 0.99));
  }

  /** Many compressions that have ended: memory, start, and silence. */
  private void many() {
    int count = Integer.getInteger("bench.many", 10_000);
    ModelCompression ended;
    long empty;
    try (MeasuredOperator operator = start();
        PretendedJobs jobs = new PretendedJobs(client, Duration.ZERO);
        Round one = run(operator, 1, AT_ONCE, Workload.SIX_STEPS)) {
      ended = one.work().get(0);
      check(jobs);
      empty = operator.liveHeap();
    }
    // Not removed again: the server goes with them.
    new Workload(client).createEnded(count, ended, Workload.SIX_STEPS);
    String title = "%,d ended: ".formatted(count);
    for (int i = 0; i < rounds; i++) {
      try (MeasuredOperator operator = new MeasuredOperator(folder, kubeconfig)) {
        Instant begin = operator.started();
        await(() -> operator.reconciles() >= count && operator.queued() == 0);
        double seconds = Duration.between(begin, Instant.now()).toMillis() / 1000.0;
        table.add(title + "start → queue empty", "≤ 45 s", " s", seconds);
        pause(SETTLE);
        table.add(title + "writes at the start", "0", "", writesSince(begin));
        if (i == rounds - 1) {
          idle(operator, title);
        }
        table.add(
            title + "most resident memory",
            "≤ 384 MiB",
            " MiB",
            Math.scalb((double) operator.peakResident(), -20));
        double each = (double) (operator.liveHeap() - empty) / count;
        table.add(title + "live heap each", "≤ 12 KiB", " KiB", Math.scalb(each, -10));
        if (Boolean.getBoolean("bench.histogram")) {
          System.out.println(operator.histogram());
        }
      }
    }
  }

  private void idle(MeasuredOperator operator, String title) {
    int seconds = Integer.getInteger("bench.idle", 60);
    String when = title + "%d s idle: ".formatted(seconds);
    Instant begin = Instant.now();
    long reconciles = operator.reconciles();
    Duration processor = operator.processorTime();
    pause(Duration.ofSeconds(seconds));
    table.add(when + "writes", "0", "", writesSince(begin));
    table.add(when + "reconciles", "", "", (double) (operator.reconciles() - reconciles));
    table.add(
        when + "processor time",
        "",
        " s",
        operator.processorTime().minus(processor).toMillis() / 1000.0);
  }

  private double writesSince(Instant begin) {
    return share(audit.operatorSince(begin), call -> call.isState() || call.isEvent(), 1);
  }

  private static double share(List<Call> calls, Predicate<Call> wanted, int count) {
    return (double) calls.stream().filter(wanted).count() / count;
  }

  private MeasuredOperator start() {
    MeasuredOperator operator = new MeasuredOperator(folder, kubeconfig);
    await(operator::isReady);
    return operator;
  }

  /** Creates compressions and waits until all have ended. */
  private Round run(MeasuredOperator operator, int count, int perMinute, List<String> steps) {
    Workload work = new Workload(client);
    long runs = operator.runs();
    long reconciles = operator.reconciles();
    Duration processor = operator.processorTime();
    long[] mostQueued = new long[1];
    CompletableFuture<Void> creation =
        CompletableFuture.runAsync(() -> work.create(count, perMinute, steps));
    await(
        () -> {
          if (creation.isCompletedExceptionally()) {
            creation.join();
          }
          mostQueued[0] = Math.max(mostQueued[0], operator.queued());
          return operator.runs() - runs >= count;
        });
    pause(SETTLE);
    return new Round(
        work,
        audit.in(work.namespace()),
        operator.reconciles() - reconciles,
        mostQueued[0],
        operator.processorTime().minus(processor));
  }

  private static void check(PretendedJobs jobs) {
    if (jobs.failures() > 0) {
      throw new IllegalStateException(jobs.failures() + " Jobs could not be played to the end");
    }
  }

  private static void await(BooleanSupplier holds) {
    Instant end = Instant.now().plus(LIMIT);
    while (!holds.getAsBoolean()) {
      if (Instant.now().isAfter(end)) {
        throw new IllegalStateException("not within " + LIMIT);
      }
      pause(POLL);
    }
  }

  private static void pause(Duration time) {
    try {
      Thread.sleep(time.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
