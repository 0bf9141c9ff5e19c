package dev.modelcompression.runtime.evaluate;

import dev.modelcompression.onnx.Model;
import java.util.OptionalLong;

/**
 * A model to evaluate and what is known of it beforehand.
 *
 * @param name what messages call it
 * @param sizeBytes size of its files
 * @param parameters weights, where known
 * @param macs multiply–accumulate operations per sample, where known
 */
public record Subject(
    String name, Model model, long sizeBytes, OptionalLong parameters, OptionalLong macs) {}
