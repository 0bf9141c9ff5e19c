package dev.modelcompression.passes.prune;

import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.passes.testing.ModelBuilder;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Random networks that carry channels through every kind of operator that pruning traces; input
 * {@code input} {@code [N, 3, 8, 8]}, output {@code logits} {@code [N, 5]}.
 */
final class PrunableNets {
  static final Map<String, long[]> INPUT_SHAPE = Map.of("input", new long[] {2, 3, 8, 8});
  static final int KINDS = 20;

  private final ModelBuilder builder;
  private final Random random;
  private final long opset;
  private String value;
  private int channels = 3;
  private int size = 8;

  private PrunableNets(long opset, long seed) {
    this.builder = new ModelBuilder(opset, seed);
    this.random = builder.random();
    this.opset = opset;
    this.value = builder.input("input", -1, 3, 8, 8);
  }

  /** A network with one to four random blocks. */
  static Model random(long opset, long seed) {
    var net = new PrunableNets(opset, seed);
    int blocks = 1 + net.random.nextInt(4);
    for (int i = 0; i < blocks; i++) {
      net.block(net.random.nextInt(KINDS));
    }
    return net.finish();
  }

  /** A network with one block of a kind between two convolutions. */
  static Model of(int kind, long opset, long seed) {
    var net = new PrunableNets(opset, seed);
    net.block(kind);
    return net.finish();
  }

  private Model finish() {
    conv(8, 1);
    classify();
    return builder.build("logits");
  }

  private void block(int kind) {
    conv(4 * (2 + random.nextInt(4)), 1);
    switch (kind) {
      case 0 -> normalize();
      case 1 -> residual();
      case 2 -> concat();
      case 3 -> split();
      case 4 -> depthwise(1);
      case 5 -> depthwise(2);
      case 6 -> grouped();
      case 7 -> squeezeExcite();
      case 8 -> transposed();
      case 9 -> resized();
      case 10 -> halves();
      case 11 -> shuffled();
      case 12 -> channelsLast();
      case 13 -> perChannelConstants();
      case 14 -> groupedTransposed();
      case 15 -> padded();
      case 16 -> sharedBias();
      case 17 -> joinedShortcut();
      case 18 -> attention();
      default -> heads();
    }
  }

  private void conv(int out, int groups) {
    value = builder.conv(value, channels, out, 3, 1, groups, random.nextBoolean()).output();
    channels = out;
    if (random.nextBoolean()) {
      value = builder.batchNorm(value, channels);
    }
    value = builder.op(random.nextBoolean() ? "Relu" : "Sigmoid", value);
  }

  private void normalize() {
    value = builder.batchNorm(value, channels);
    var scale = builder.uniform(0.5, 1.5, channels);
    value = builder.op("InstanceNormalization", value, scale, builder.normal(0.2, channels));
    value = builder.op("PRelu", value, builder.uniform(0, 0.5, channels, 1, 1));
    value = builder.clip(value, -3, 3);
  }

  private void residual() {
    String shortcut = value;
    int trunk = channels;
    conv(12, 1);
    conv(trunk, 1);
    value = builder.op("Add", value, shortcut);
  }

  private void concat() {
    String start = value;
    int in = channels;
    conv(8, 1);
    String left = value;
    value = start;
    channels = in;
    conv(4, 1);
    value = with(builder.node("Concat", left, value, start), "axis", 1).output();
    channels = 12 + in;
  }

  private void split() {
    int left = channels / 4;
    String first = builder.graph().freshName("left");
    String second = builder.graph().freshName("right");
    var node = Node.of("Split", first + ".split", List.of(value), List.of(first, second));
    builder.graph().add(with(node, "axis", 1));
    if (opset < 13) {
      node.setAttribute("split", new long[] {left, channels - left});
    } else {
      node.setInput(1, builder.constant(Tensor.vector((long) left, (long) channels - left)));
    }
    value = first;
    int right = channels - left;
    channels = left;
    conv(8, 1);
    value = with(builder.node("Concat", value, second), "axis", 1).output();
    channels = 8 + right;
  }

  private void depthwise(int multiplier) {
    value =
        builder
            .conv(value, channels, channels * multiplier, 3, 1, channels, random.nextBoolean())
            .output();
    channels *= multiplier;
    value = builder.batchNorm(value, channels);
  }

  private void grouped() {
    conv(8, 2);
    conv(12, 4);
  }

  private void squeezeExcite() {
    String x = value;
    int wide = channels;
    value = builder.op("GlobalAveragePool", value);
    value = builder.conv(value, channels, 4, 1, 1, 1, true).output();
    value = builder.op("Relu", value);
    value = builder.conv(value, 4, wide, 1, 1, 1, true).output();
    value = builder.op("Mul", x, builder.op("Sigmoid", value));
  }

  private void transposed() {
    var weight = builder.normal(0.3, channels, 6, 2, 2);
    var node = builder.node("ConvTranspose", value, weight, builder.normal(0.1, 6));
    node.setAttribute("kernel_shape", new long[] {2, 2});
    node.setAttribute("strides", new long[] {2, 2});
    value = node.output();
    channels = 6;
    size *= 2;
    halve("MaxPool");
  }

  private void groupedTransposed() {
    var weight = builder.normal(0.3, channels, 3, 1, 1);
    var node = builder.node("ConvTranspose", value, weight, builder.normal(0.1, 6));
    node.setAttribute("group", 2);
    value = node.output();
    channels = 6;
    var depthwise = builder.normal(0.3, channels, 1, 1, 1);
    value = with(builder.node("ConvTranspose", value, depthwise), "group", 6).output();
  }

  private void resized() {
    var none = builder.constant(Tensor.floats(new long[] {0}));
    var sizes = builder.constant(Tensor.vector(2L, channels, 2L * size, 2L * size));
    value = builder.op("Resize", value, none, none, sizes);
    size *= 2;
    halve("AveragePool");
  }

  private void padded() {
    var pads = builder.constant(Tensor.vector(0L, 0, 1, 1, 0, 0, 1, 1));
    value = builder.op("Pad", value, pads, builder.constant(Tensor.scalar(0.5f)));
    size += 2;
    halve("MaxPool");
  }

  private void halves() {
    int cut = channels / 2;
    String first = slice(0, cut);
    String second = slice(cut, Integer.MAX_VALUE);
    value = builder.op("Mul", first, second);
    channels = cut;
  }

  private String slice(long from, long to) {
    var starts = builder.constant(Tensor.vector(from));
    var ends = builder.constant(Tensor.vector(to));
    return builder.op("Slice", value, starts, ends, builder.constant(Tensor.vector(1L)));
  }

  private void shuffled() {
    long[] order = new long[channels];
    for (int i = 0; i < channels; i++) {
      order[i] = (i * 3L + 1) % channels - (i % 2 == 0 ? channels : 0);
    }
    boolean permutation = channels % 3 != 0;
    var picked = permutation ? Tensor.vector(order) : Tensor.vector(0L, -1L, 2L, 2L);
    value = with(builder.node("Gather", value, builder.constant(picked)), "axis", 1).output();
    channels = (int) picked.elementCount();
  }

  /** [N, C, H, W] → [N, H, W, C] · [C, K] + [K] → back. */
  private void channelsLast() {
    value = transpose(value, 0, 2, 3, 1);
    value = builder.op("MatMul", value, builder.normal(0.3, channels, 7));
    value = builder.op("Add", value, builder.normal(0.1, 7));
    channels = 7;
    value = transpose(value, 0, 3, 1, 2);
    value = mean(value);
    value = builder.op("Softmax", value);
  }

  /** Softmax over the last axis, the width of the image. */
  private String mean(String x) {
    var axes = new long[] {2};
    var node = builder.node("ReduceMean", x);
    if (opset >= 18) {
      node.setInput(1, builder.constant(Tensor.vector(axes)));
    } else {
      node.setAttribute("axes", axes);
    }
    return builder.op("Add", node.output(), x);
  }

  private void perChannelConstants() {
    value = builder.op("Mul", value, builder.normal(1, 1, channels, 1, 1));
    value = builder.op("Sub", builder.normal(1, channels, 1, 1), value);
    var target = builder.constant(Tensor.vector(-1L, channels, (long) size * size));
    value = builder.op("Reshape", value, target);
    value = builder.op("Add", value, builder.normal(1, channels, (long) size * size));
    var back = builder.constant(Tensor.vector(0L, channels, size, size));
    value = builder.op("Reshape", value, back);
  }

  /** Two layers that are no group of each other share one bias, one of them through Identity. */
  private void sharedBias() {
    var bias = builder.normal(0.5, 8);
    var alias = builder.op("Identity", bias);
    var first = builder.conv(value, channels, 8, 3, 1, 1, false);
    first.setInput(2, bias);
    value = builder.op("Relu", first.output());
    var second = builder.conv(value, 8, 8, 3, 1, 1, false);
    second.setInput(2, alias);
    value = builder.op("Relu", second.output());
    channels = 8;
  }

  /** A residual addition over a concatenation couples its parts with slices of the other side. */
  private void joinedShortcut() {
    concat();
    residual();
  }

  /** [N, C, H, W] → [N, 4, C/4·H·W] → weights per head → back. */
  private void heads() {
    long inner = channels / 4 * (long) size * size;
    value = builder.op("Reshape", value, builder.constant(Tensor.vector(0L, 4L, inner)));
    value = builder.op("Mul", value, builder.uniform(0.5, 1.5, 4, 1));
    var back = builder.constant(Tensor.vector(0L, channels, size, size));
    value = builder.op("Reshape", value, back);
  }

  /** Self-attention of two heads over the pixels, with a residual addition. */
  private void attention() {
    long pixels = (long) size * size;
    var flat = builder.constant(Tensor.vector(0L, channels, pixels));
    var image = builder.constant(Tensor.vector(0L, channels, size, size));
    String tokens = transpose(builder.op("Reshape", value, flat), 0, 2, 1);
    String query = transpose(projected(tokens, pixels), 0, 2, 1, 3);
    String key = transpose(projected(tokens, pixels), 0, 2, 3, 1);
    String content = transpose(projected(tokens, pixels), 0, 2, 1, 3);
    var weights = with(builder.node("Softmax", builder.op("MatMul", query, key)), "axis", 3);
    String mixed = transpose(builder.op("MatMul", weights.output(), content), 0, 2, 1, 3);
    mixed = builder.op("Reshape", mixed, builder.constant(Tensor.vector(0L, pixels, 8L)));
    mixed = builder.op("MatMul", mixed, builder.normal(0.3, 8, channels));
    mixed = transpose(builder.op("Add", mixed, tokens), 0, 2, 1);
    value = builder.op("Reshape", mixed, image);
  }

  /** [N, S, C] → [N, S, 2, 4]. */
  private String projected(String tokens, long pixels) {
    var product = builder.op("MatMul", tokens, builder.normal(0.3, channels, 8));
    var biased = builder.op("Add", product, builder.normal(0.1, 8));
    return builder.op("Reshape", biased, builder.constant(Tensor.vector(0L, pixels, 2L, 4L)));
  }

  private void halve(String pool) {
    var node = builder.node(pool, value);
    node.setAttribute("kernel_shape", new long[] {2, 2});
    node.setAttribute("strides", new long[] {2, 2});
    value = node.output();
    size /= 2;
  }

  private void classify() {
    int features = channels * size * size;
    switch (random.nextInt(3)) {
      case 0 -> {
        value = builder.op("GlobalAveragePool", value);
        value = builder.op("Flatten", value);
        features = channels;
      }
      case 1 -> value = builder.op("Flatten", value);
      default -> {
        var target = builder.constant(Tensor.vector(-1L, features));
        value = builder.op("Reshape", value, target);
      }
    }
    var hidden = builder.node("Gemm", value, weight(features, 6), builder.normal(0.1, 6));
    hidden.setAttribute("transB", 1);
    value = builder.op("Relu", hidden.output());
    value = builder.op("MatMul", value, builder.normal(0.5, 6, 5));
    builder.node("Add", value, builder.normal(0.1, 5)).setOutput(0, "logits");
  }

  private String weight(int in, int out) {
    return builder.normal(1 / Math.sqrt(in), out, in);
  }

  private String transpose(String x, long... order) {
    var node = builder.node("Transpose", x);
    node.setAttribute("perm", order);
    return node.output();
  }

  private static Node with(Node node, String attribute, long value) {
    node.setAttribute(attribute, value);
    return node;
  }
}
