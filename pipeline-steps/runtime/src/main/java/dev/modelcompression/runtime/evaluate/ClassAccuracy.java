package dev.modelcompression.runtime.evaluate;

/**
 * Top-1 accuracy on the samples of one class.
 *
 * @param label the class
 * @param samples how many samples carry the label, at least 1
 * @param original share of them that the original gets right
 * @param result share of them that the result gets right
 */
public record ClassAccuracy(int label, int samples, double original, double result) {}
