package dev.modelcompression.runtime.evaluate;

/**
 * A measured number with its bootstrap interval.
 *
 * @param value what was measured
 * @param low lower end of the interval
 * @param high upper end of the interval
 */
public record Estimate(double value, double low, double high) {}
