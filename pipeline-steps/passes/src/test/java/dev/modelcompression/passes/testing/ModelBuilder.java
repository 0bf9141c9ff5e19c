package dev.modelcompression.passes.testing;

import dev.modelcompression.onnx.DataType;
import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.onnx.ValueInfo;
import java.util.List;
import java.util.Random;

/** Writes small models for tests: each method adds a node and returns the name of its output. */
public final class ModelBuilder {
  private final Graph graph = new Graph("test");
  private final long opset;
  private final Random random;

  public ModelBuilder(long opset, long seed) {
    this.opset = opset;
    this.random = new Random(seed);
  }

  public Graph graph() {
    return graph;
  }

  public Random random() {
    return random;
  }

  public long opset() {
    return opset;
  }

  /** A float input; −1 stands for an unknown dimension. */
  public String input(String name, long... shape) {
    graph.addInput(ValueInfo.tensor(name, DataType.FLOAT, shape));
    return name;
  }

  /** Finishes with these graph outputs, of inferred type. */
  public Model build(String... outputs) {
    for (String output : outputs) {
      graph.addOutput(ValueInfo.untyped(output));
    }
    return new Model(graph, 8, opset);
  }

  /** Adds a node of one output, named after its operator. */
  public Node node(String opType, String... inputs) {
    String output = graph.freshName(opType.toLowerCase(java.util.Locale.ROOT));
    return graph.add(Node.of(opType, output, List.of(inputs), List.of(output)));
  }

  /** Adds a node of one output. */
  public String op(String opType, String... inputs) {
    return node(opType, inputs).output();
  }

  public String constant(Tensor tensor) {
    return graph.addInitializer("constant", tensor);
  }

  /** A constant of normally distributed numbers times {@code scale}. */
  public String normal(double scale, long... shape) {
    return constant(Tensor.floats(shape, normals(scale, shape)));
  }

  /** A constant of evenly distributed numbers. */
  public String uniform(double low, double high, long... shape) {
    var values = new float[elements(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (low + (high - low) * random.nextDouble());
    }
    return constant(Tensor.floats(shape, values));
  }

  /** Conv with square kernel, same padding and He-scaled weights {@code [out, in/groups, k, k]}. */
  public Node conv(String x, int in, int out, int kernel, int stride, int groups, boolean bias) {
    double scale = Math.sqrt(2.0 * groups / ((double) in * kernel * kernel));
    var weight = normal(scale, out, in / groups, kernel, kernel);
    var node = bias ? node("Conv", x, weight, normal(0.1, out)) : node("Conv", x, weight);
    long pad = kernel / 2;
    node.setAttribute("kernel_shape", new long[] {kernel, kernel});
    node.setAttribute("strides", new long[] {stride, stride});
    node.setAttribute("pads", new long[] {pad, pad, pad, pad});
    node.setAttribute("group", groups);
    return node;
  }

  /** BatchNormalization in inference mode with random statistics. */
  public String batchNorm(String x, int channels) {
    var node =
        node(
            "BatchNormalization",
            x,
            uniform(0.5, 1.5, channels),
            normal(0.2, channels),
            normal(0.2, channels),
            uniform(0.5, 2, channels));
    node.setAttribute("epsilon", 1e-3f);
    return node.output();
  }

  public String clip(String x, float low, float high) {
    return op("Clip", x, constant(Tensor.scalar(low)), constant(Tensor.scalar(high)));
  }

  public float[] normals(double scale, long... shape) {
    var values = new float[elements(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (scale * random.nextGaussian());
    }
    return values;
  }

  private static int elements(long... shape) {
    long count = 1;
    for (long dim : shape) {
      count *= dim;
    }
    return Math.toIntExact(count);
  }
}
