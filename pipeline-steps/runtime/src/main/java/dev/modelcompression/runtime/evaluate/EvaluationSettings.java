package dev.modelcompression.runtime.evaluate;

/**
 * How two models are compared.
 *
 * @param batch samples per inference where quality and throughput are measured
 * @param latencyRuns timed inferences of each model
 * @param warmupRuns inferences of each model before timing begins
 * @param latencyBatch samples per inference where latency is measured
 * @param threads threads of one inference
 * @param resamples bootstrap resamples behind every interval
 * @param confidence level of the intervals, such as 0.95
 * @param seed of the bootstrap
 */
public record EvaluationSettings(
    int batch,
    int latencyRuns,
    int warmupRuns,
    int latencyBatch,
    int threads,
    int resamples,
    double confidence,
    long seed) {
  public EvaluationSettings {
    atLeast("batch", batch, 1);
    atLeast("latencyRuns", latencyRuns, 1);
    atLeast("warmupRuns", warmupRuns, 0);
    atLeast("latencyBatch", latencyBatch, 1);
    atLeast("threads", threads, 1);
    atLeast("resamples", resamples, 100);
    if (!(confidence > 0 && confidence < 1)) {
      throw new IllegalArgumentException(
          "confidence: found " + confidence + ", allowed: between 0 and 1");
    }
  }

  /** Latency of single samples on one thread, 95 % intervals from 2000 resamples. */
  public static EvaluationSettings defaults(long seed) {
    return new EvaluationSettings(64, 300, 30, 1, 1, 2000, 0.95, seed);
  }

  /** The same with another number of samples per inference where latency is measured. */
  EvaluationSettings withLatencyBatch(int samples) {
    return new EvaluationSettings(
        batch, latencyRuns, warmupRuns, samples, threads, resamples, confidence, seed);
  }

  private static void atLeast(String name, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(
          name + ": found " + value + ", allowed: " + least + " or more");
    }
  }
}
