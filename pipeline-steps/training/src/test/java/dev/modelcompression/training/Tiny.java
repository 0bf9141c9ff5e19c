package dev.modelcompression.training;

import dev.modelcompression.data.Dataset;
import dev.modelcompression.onnx.DataType;
import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.onnx.ValueInfo;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** A network and a data set of a size that trains in milliseconds. */
final class Tiny {
  private Tiny() {}

  /** Gemm–Tanh–Gemm over {@code x [N, 4]}, three classes. */
  static Model network() {
    var graph = new Graph("tiny");
    graph.addInput(ValueInfo.tensor("x", DataType.FLOAT, ValueInfo.UNKNOWN, 4));
    graph.setInitializer("w1", random(1, 4, 8));
    graph.setInitializer("b1", random(2, 8));
    graph.setInitializer("w2", random(3, 8, 3));
    graph.setInitializer("b2", random(4, 3));
    graph.add(Node.of("Gemm", "first", List.of("x", "w1", "b1"), List.of("h")));
    graph.add(Node.of("Tanh", "tanh", List.of("h"), List.of("t")));
    graph.add(Node.of("Gemm", "second", List.of("t", "w2", "b2"), List.of("logits")));
    graph.addOutput(ValueInfo.tensor("logits", DataType.FLOAT, ValueInfo.UNKNOWN, 3));
    return new Model(graph, 8, 13);
  }

  static Tensor random(long seed, long... shape) {
    var random = new SplittableRandom(seed);
    int size = 1;
    for (long dim : shape) {
      size *= (int) dim;
    }
    var values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) (random.nextDouble() * 2 - 1);
    }
    return Tensor.floats(shape, values);
  }

  /** Rows whose class is which of the first three features is largest. */
  static Dataset data(int rows) {
    return new Rows(random(9, rows, 4).floats());
  }

  private record Rows(float[] values) implements Dataset {
    @Override
    public int size() {
      return values.length / 4;
    }

    @Override
    public Map<String, Feature> features() {
      return Map.of("x", new Feature(Feature.Kind.FLOAT, new long[] {4}));
    }

    @Override
    public boolean hasLabels() {
      return true;
    }

    @Override
    public int label(int row) {
      int best = 0;
      for (int i = 1; i < 3; i++) {
        best = values[row * 4 + i] > values[row * 4 + best] ? i : best;
      }
      return best;
    }

    @Override
    public void read(String feature, int[] rows, FloatBuffer into) {
      for (int row : rows) {
        into.put(values, row * 4, 4);
      }
    }

    @Override
    public void read(String feature, int[] rows, LongBuffer into) {
      throw new IllegalArgumentException(feature);
    }
  }
}
