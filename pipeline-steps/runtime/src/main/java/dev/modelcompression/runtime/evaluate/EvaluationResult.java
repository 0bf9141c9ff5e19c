package dev.modelcompression.runtime.evaluate;

import java.util.List;

/**
 * Everything that one evaluation found.
 *
 * @param original metrics of the model that the result was made from
 * @param result metrics of the result
 * @param comparison of both on the same samples
 * @param classes accuracy per class in the order of labels; empty without labels
 * @param samples rows that quality was measured on
 * @param settings how it was measured; {@code latencyBatch} is what both models really ran with,
 *     which is not what was asked for when one of them fixes its batch
 */
public record EvaluationResult(
    Metrics original,
    Metrics result,
    Comparison comparison,
    List<ClassAccuracy> classes,
    int samples,
    EvaluationSettings settings) {}
