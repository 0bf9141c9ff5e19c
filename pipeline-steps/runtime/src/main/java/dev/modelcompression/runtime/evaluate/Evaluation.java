package dev.modelcompression.runtime.evaluate;

import dev.modelcompression.data.Dataset;
import dev.modelcompression.data.Progress;
import dev.modelcompression.data.ProgressParts;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.runtime.profile.Profile;
import dev.modelcompression.runtime.session.BatchRunner;
import dev.modelcompression.runtime.session.OrtModel;
import dev.modelcompression.runtime.session.OrtModels;
import dev.modelcompression.runtime.session.SessionSettings;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Measures a model and the one it was made from in the same process, on the same samples, and in
 * turns where time is measured.
 *
 * <p>The first output of each model counts; where the data has labels, a row of it is read as the
 * scores of the classes.
 */
public final class Evaluation {
  private static final int THROUGHPUT_RUNS = 20;
  private static final int THROUGHPUT_WARMUP = 2;
  private static final double MILLIS_PER_NANO = 1e-6;
  private static final double SECONDS_PER_NANO = 1e-9;

  private final EvaluationSettings settings;
  private final Bootstrap bootstrap;

  /** Times of both models, and how many rows one run of each takes. */
  private record Timed(Interleaved times, int originalRows, int resultRows) {}

  /** Samples inferred for each part of an evaluation. */
  private record Work(double quality, double latency, double throughput, double memory) {
    double sum() {
      return quality + latency + throughput + memory;
    }
  }

  public Evaluation(EvaluationSettings settings) {
    this.settings = settings;
    this.bootstrap = new Bootstrap(settings.resamples(), settings.confidence(), settings.seed());
  }

  /**
   * Compares two models.
   *
   * @throws dev.modelcompression.data.InvalidDataException the data does not fit a model, or a
   *     label is not one of its classes
   * @throws dev.modelcompression.onnx.InvalidModelException a model cannot be loaded or run, or
   *     gives NaN or an infinity
   * @throws dev.modelcompression.onnx.UnsupportedModelException ONNX Runtime lacks an operator, or
   *     the models' outputs or latencies cannot be compared
   */
  public EvaluationResult run(Subject original, Subject result, Dataset data, Progress progress) {
    var session = SessionSettings.threads(settings.threads());
    try (var first = OrtModels.open(original.model(), session);
        var second = OrtModels.open(result.model(), session)) {
      int batch = LatencyBatch.of(original, first, result, second, data, settings.latencyBatch());
      return new Evaluation(settings.withLatencyBatch(batch))
          .run(original, result, first, second, data, progress);
    }
  }

  private EvaluationResult run(
      Subject original,
      Subject result,
      OrtModel first,
      OrtModel second,
      Dataset data,
      Progress progress) {
    var work = work(2.0 * data.size(), data);
    var parts = new ProgressParts(progress, work.sum());
    var quality = quality(original, result, first, second, data, parts.next(work.quality()));
    var latency = latency(first, second, data, parts.next(work.latency()));
    var batches = throughput(first, second, data, parts.next(work.throughput()));
    return result(original, result, data, quality, latency, batches, parts.next(work.memory()));
  }

  /**
   * Measures a model between the original and the result: its accuracy alone, its times in turns
   * with the original's.
   *
   * @throws RuntimeException as {@link #run}
   */
  public Metrics stage(Subject original, Subject stage, Dataset data, Progress progress) {
    var session = SessionSettings.threads(settings.threads());
    try (var first = OrtModels.open(original.model(), session);
        var second = OrtModels.open(stage.model(), session)) {
      int batch = LatencyBatch.of(original, first, stage, second, data, settings.latencyBatch());
      return new Evaluation(settings.withLatencyBatch(batch))
          .stage(stage, first, second, data, progress);
    }
  }

  private Metrics stage(
      Subject stage, OrtModel first, OrtModel second, Dataset data, Progress progress) {
    var work = work(data.size(), data);
    var parts = new ProgressParts(progress, work.sum());
    var hits = hits(stage, second, data, parts.next(work.quality()));
    var latency = latency(first, second, data, parts.next(work.latency()));
    var batches = throughput(first, second, data, parts.next(work.throughput()));
    return metrics(
        stage,
        data,
        hits.top1(),
        hits.top5(),
        latency.times().result(),
        perSecond(batches.times().result(), batches.resultRows()),
        parts.next(work.memory()));
  }

  /** Samples that {@link #run} infers, which tells how long it takes compared with others. */
  public double work(Dataset data) {
    return work(2.0 * data.size(), data).sum();
  }

  /** Samples that {@link #stage} infers. */
  public double workOfStage(Dataset data) {
    return work(data.size(), data).sum();
  }

  private Work work(double quality, Dataset data) {
    double ofBoth = 2.0 * Math.min(settings.latencyBatch(), data.size());
    double batches = 2.0 * Math.min(settings.batch(), data.size());
    return new Work(
        quality,
        ofBoth * (settings.warmupRuns() + settings.latencyRuns()),
        batches * (THROUGHPUT_WARMUP + THROUGHPUT_RUNS),
        2 * ofBoth);
  }

  private Timed latency(OrtModel original, OrtModel other, Dataset data, Progress progress) {
    return time(
        original,
        other,
        data,
        settings.latencyBatch(),
        settings.warmupRuns(),
        settings.latencyRuns(),
        (done, total, note) -> progress.update(done, total, "latency"));
  }

  private Timed throughput(OrtModel original, OrtModel other, Dataset data, Progress progress) {
    return time(
        original,
        other,
        data,
        settings.batch(),
        THROUGHPUT_WARMUP,
        THROUGHPUT_RUNS,
        (done, total, note) -> progress.update(done, total, "throughput"));
  }

  private EvaluationResult result(
      Subject original,
      Subject result,
      Dataset data,
      Quality quality,
      Timed latency,
      Timed batches,
      Progress progress) {
    var shares = Shares.of(quality, bootstrap);
    var sides = new ProgressParts(progress, 2);
    return new EvaluationResult(
        metrics(
            original,
            data,
            shares.originalTop1(),
            shares.originalTop5(),
            latency.times().original(),
            perSecond(batches.times().original(), batches.originalRows()),
            sides.next(1)),
        metrics(
            result,
            data,
            shares.resultTop1(),
            shares.resultTop5(),
            latency.times().result(),
            perSecond(batches.times().result(), batches.resultRows()),
            sides.next(1)),
        new Comparison(
            shares.agreement(),
            quality.cosine(),
            quality.sqnrDb(),
            shares.top1Drop(),
            shares.top5Drop(),
            latency.times().ratio(bootstrap),
            throughputRatio(batches)),
        quality.perClass(),
        data.size(),
        settings);
  }

  private Quality quality(
      Subject original,
      Subject result,
      OrtModel first,
      OrtModel second,
      Dataset data,
      Progress progress) {
    try (var a = new OutputRows(original.name(), first, data, settings.batch());
        var b = new OutputRows(result.name(), second, data, settings.batch())) {
      return Quality.measure(a, b, data, progress);
    }
  }

  private Hits hits(Subject subject, OrtModel model, Dataset data, Progress progress) {
    try (var rows = new OutputRows(subject.name(), model, data, settings.batch())) {
      return Hits.measure(rows, data, bootstrap, progress);
    }
  }

  private static Timed time(
      OrtModel original,
      OrtModel result,
      Dataset data,
      int batch,
      int warmup,
      int runs,
      Progress progress) {
    try (var a = original.runner(data, batch, original.outputs());
        var b = result.runner(data, batch, result.outputs())) {
      a.load(firstRows(a, data));
      b.load(firstRows(b, data));
      var times =
          Interleaved.measure(a::execute, b::execute, warmup, runs, System::nanoTime, progress);
      return new Timed(times, a.batch(), b.batch());
    }
  }

  private static int[] firstRows(BatchRunner runner, Dataset data) {
    return IntStream.range(0, Math.min(runner.batch(), data.size())).toArray();
  }

  private Metrics metrics(
      Subject subject,
      Dataset data,
      @Nullable Estimate top1,
      @Nullable Estimate top5,
      double[][] latency,
      double throughput,
      Progress progress) {
    var p50 = scaled(Interleaved.median(latency, bootstrap), MILLIS_PER_NANO);
    long peakMemory = peakMemory(subject, data);
    progress.update(1, 1, "memory");
    return new Metrics(
        top1 == null ? null : top1.value(),
        top5 == null ? null : top5.value(),
        p50.value(),
        Interleaved.quantile(latency, 0.95) * MILLIS_PER_NANO,
        Interleaved.quantile(latency, 0.99) * MILLIS_PER_NANO,
        throughput,
        subject.sizeBytes(),
        boxed(subject.parameters()),
        boxed(subject.macs()),
        peakMemory,
        top1,
        top5,
        p50);
  }

  private long peakMemory(Subject subject, Dataset data) {
    long weights =
        subject.model().graph().initializers().values().stream().mapToLong(Tensor::byteSize).sum();
    var profile = Profile.of(subject.model(), data, settings.latencyBatch(), settings.threads(), 1);
    return weights + profile.peakActivationBytes();
  }

  private static double perSecond(double[][] times, int rows) {
    return rows / (Interleaved.quantile(times, 0.5) * SECONDS_PER_NANO);
  }

  /** Rows per time, result to original; models may fix batches of different size. */
  private Estimate throughputRatio(Timed timed) {
    return scaled(
        inverse(timed.times().ratio(bootstrap)),
        (double) timed.resultRows() / timed.originalRows());
  }

  private static Estimate scaled(Estimate estimate, double factor) {
    return new Estimate(
        estimate.value() * factor, estimate.low() * factor, estimate.high() * factor);
  }

  private static Estimate inverse(Estimate estimate) {
    return new Estimate(1 / estimate.value(), 1 / estimate.high(), 1 / estimate.low());
  }

  private static @Nullable Long boxed(OptionalLong value) {
    return value.isPresent() ? value.getAsLong() : null;
  }
}
