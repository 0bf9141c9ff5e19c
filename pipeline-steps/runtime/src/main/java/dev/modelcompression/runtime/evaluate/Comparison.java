package dev.modelcompression.runtime.evaluate;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * What was measured of the pair. What could not be measured is absent.
 *
 * @param agreement share of samples on which both models' best guesses are the same; absent when
 *     the outputs are not {@code [N, classes]}
 * @param cosine mean over the samples of the cosine between both models' outputs
 * @param sqnrDb power of the original's outputs over the power of the difference, in decibels;
 *     absent when there is no difference
 * @param top1Drop original's top-1 less the result's, as a fraction; negative when the result is
 *     better
 * @param top5Drop likewise for top-5
 * @param latencyRatio result's median time of one inference over the original's: the quotient of
 *     both {@link Metrics#latencyP50Ms()}
 * @param throughputRatio result's throughput over the original's: the quotient of both {@link
 *     Metrics#throughput()}
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Comparison(
    @Nullable Estimate agreement,
    double cosine,
    @Nullable Double sqnrDb,
    @Nullable Estimate top1Drop,
    @Nullable Estimate top5Drop,
    Estimate latencyRatio,
    Estimate throughputRatio) {}
