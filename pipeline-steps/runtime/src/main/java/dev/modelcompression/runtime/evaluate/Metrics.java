package dev.modelcompression.runtime.evaluate;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * What was measured of one model. What could not be measured is absent, never 0.
 *
 * @param top1 share of samples whose label is the best guess
 * @param top5 share of samples whose label is among the five best guesses
 * @param latencyP50Ms median time of one inference, in milliseconds
 * @param latencyP95Ms time within which 95 % of inferences end
 * @param latencyP99Ms time within which 99 % of inferences end
 * @param throughput samples per second in batches
 * @param sizeBytes the model's files
 * @param parameters weights
 * @param macs multiply–accumulate operations per sample
 * @param peakMemoryBytes weights plus the most that ONNX Runtime's CPU arena held for activations
 *     at once in the latency setting; without the runtime's own code and packed copies of weights
 * @param top1Interval interval of {@code top1}
 * @param top5Interval interval of {@code top5}
 * @param latencyP50MsInterval interval of {@code latencyP50Ms}
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Metrics(
    @Nullable Double top1,
    @Nullable Double top5,
    double latencyP50Ms,
    double latencyP95Ms,
    double latencyP99Ms,
    double throughput,
    long sizeBytes,
    @Nullable Long parameters,
    @Nullable Long macs,
    @Nullable Long peakMemoryBytes,
    @Nullable Estimate top1Interval,
    @Nullable Estimate top5Interval,
    Estimate latencyP50MsInterval) {}
