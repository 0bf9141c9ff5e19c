package dev.modelcompression.passes.testing;

import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Tensor;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/**
 * Small random convolutional classifiers: plain, grouped, depthwise and strided convolutions, batch
 * normalization, activations, residual additions, concatenations, pooling, and a classifier of one
 * of several spellings. Input {@code input} {@code [N, C, H, W]}, output {@code logits} {@code [N,
 * K]}. The same seed always gives the same model.
 */
public final class RandomModels {
  /** Name of the input of every generated model. */
  public static final String INPUT = "input";

  /** Name of the output of every generated model. */
  public static final String OUTPUT = "logits";

  private RandomModels() {}

  /** Seeds for {@link #convNet}: a failing property then names the seed to debug with. */
  public static Arbitrary<Long> seeds() {
    return Arbitraries.longs().between(0, 1L << 40);
  }

  /** A model of opset 17. */
  public static Model convNet(long seed) {
    return convNet(seed, 17);
  }

  /** A model of any opset from 11 on. */
  public static Model convNet(long seed, long opset) {
    return new Net(seed, opset).build();
  }

  /** Normally distributed input for a generated model: {@code batch} samples. */
  public static Map<String, Tensor> input(Model model, int batch, long seed) {
    var shape = model.graph().inputs().get(0).shape().orElseThrow();
    shape[0] = batch;
    long count = 1;
    for (long dim : shape) {
      count *= dim;
    }
    var random = new Random(seed);
    var values = new float[Math.toIntExact(count)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Map.of(INPUT, Tensor.floats(shape, values));
  }

  /** Channels and square size of the feature map as the net grows. */
  private static final class Net {
    private final ModelBuilder builder;
    private final Random random;
    private String value;
    private int channels;
    private int size;

    Net(long seed, long opset) {
      builder = new ModelBuilder(opset, seed);
      random = builder.random();
      channels = 1 + random.nextInt(3);
      size = 6 + random.nextInt(7);
      value = builder.input(INPUT, -1, channels, size, size);
    }

    Model build() {
      convBlock(4 * (1 + random.nextInt(3)));
      int blocks = 1 + random.nextInt(4);
      for (int i = 0; i < blocks; i++) {
        switch (random.nextInt(6)) {
          case 0 -> convBlock(4 * (1 + random.nextInt(4)));
          case 1 -> depthwiseSeparable();
          case 2 -> residual();
          case 3 -> downsamplingResidual();
          case 4 -> concat();
          default -> pool();
        }
      }
      classifier();
      return builder.build(OUTPUT);
    }

    private void convBlock(int out) {
      int groups = channels % 2 == 0 && random.nextInt(4) == 0 ? 2 : 1;
      value = activated(normalized(conv(value, out, groups, stride()), out));
      channels = out;
    }

    private void depthwiseSeparable() {
      value = activated(normalized(conv(value, channels, channels, stride()), channels));
      int out = 4 * (1 + random.nextInt(4));
      var node = builder.conv(value, channels, out, 1, 1, 1, random.nextBoolean());
      value = normalized(node.output(), out);
      channels = out;
    }

    private void residual() {
      String shortcut = value;
      int inner = 4 * (1 + random.nextInt(3));
      int outer = channels;
      value = activated(normalized(conv(value, inner, 1, 1), inner));
      channels = inner;
      value = normalized(conv(value, outer, 1, 1), outer);
      channels = outer;
      value = builder.op("Relu", builder.op("Add", value, shortcut));
    }

    private void downsamplingResidual() {
      String shortcut = value;
      int in = channels;
      int out = 4 * (1 + random.nextInt(4));
      int stride = size > 3 ? 2 : 1;
      int before = size;
      value = activated(normalized(conv(value, out, 1, stride), out));
      var projection = builder.conv(shortcut, in, out, 1, stride, 1, false).output();
      size = (before - 1) / stride + 1;
      channels = out;
      value = builder.op("Relu", builder.op("Add", value, normalized(projection, out)));
    }

    private void concat() {
      int left = 4 * (1 + random.nextInt(2));
      int right = 4 * (1 + random.nextInt(2));
      String input = value;
      String first = activated(normalized(conv(input, left, 1, 1), left));
      String second = activated(conv(input, right, 1, 1));
      var node = builder.node("Concat", first, second);
      node.setAttribute("axis", 1);
      value = node.output();
      channels = left + right;
    }

    private void pool() {
      if (size < 4) {
        residual();
        return;
      }
      var node = builder.node(random.nextBoolean() ? "MaxPool" : "AveragePool", value);
      node.setAttribute("kernel_shape", new long[] {2, 2});
      node.setAttribute("strides", new long[] {2, 2});
      value = node.output();
      size /= 2;
    }

    private void classifier() {
      int features = channels;
      if (random.nextBoolean()) {
        value = builder.op("GlobalAveragePool", value);
      } else {
        features = channels * size * size;
      }
      if (random.nextBoolean()) {
        value = builder.op("Flatten", value);
      } else {
        value = builder.op("Reshape", value, builder.constant(Tensor.vector(0L, -1L)));
      }
      int classes = 3 + random.nextInt(8);
      double scale = 1 / Math.sqrt(features);
      switch (random.nextInt(3)) {
        case 0 -> {
          var weight = builder.normal(scale, classes, features);
          var gemm = builder.node("Gemm", value, weight, builder.normal(0.1, classes));
          gemm.setAttribute("transB", 1);
          gemm.setOutput(0, OUTPUT);
        }
        case 1 -> {
          var weight = builder.normal(scale, features, classes);
          builder.node("Gemm", value, weight, builder.normal(0.1, classes)).setOutput(0, OUTPUT);
        }
        default -> {
          var product = builder.op("MatMul", value, builder.normal(scale, features, classes));
          builder.node("Add", product, builder.normal(0.1, classes)).setOutput(0, OUTPUT);
        }
      }
    }

    private String conv(String x, int out, int groups, int stride) {
      int kernel = size >= 3 && random.nextInt(4) > 0 ? 3 : 1;
      boolean bias = random.nextBoolean();
      var node = builder.conv(x, channels, out, kernel, stride, groups, bias);
      size = (size - 1) / stride + 1;
      return node.output();
    }

    private int stride() {
      return size > 4 && random.nextInt(3) == 0 ? 2 : 1;
    }

    private String normalized(String x, int count) {
      return random.nextInt(4) == 0 ? x : builder.batchNorm(x, count);
    }

    private String activated(String x) {
      return switch (random.nextInt(6)) {
        case 0 -> x;
        case 1 -> builder.clip(x, 0, 6);
        case 2 -> builder.op("LeakyRelu", x);
        default -> builder.op("Relu", x);
      };
    }
  }
}
