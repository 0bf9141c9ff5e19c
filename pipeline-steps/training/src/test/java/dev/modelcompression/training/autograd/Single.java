package dev.modelcompression.training.autograd;

import dev.modelcompression.onnx.DataType;
import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.onnx.ValueInfo;
import dev.modelcompression.training.autograd.OnnxRuntime.Floats;
import dev.modelcompression.training.operators.NativeTensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A model of a single node with random inputs, for comparing what libtorch and ONNX Runtime make of
 * it. Builds up by chaining; FLOAT inputs are graph inputs, everything else is a constant.
 */
final class Single {
  private final String opType;
  private final long opset;
  private final Map<String, Object> attributes = new LinkedHashMap<>();
  private final List<String> names = new ArrayList<>();
  private final Map<String, Floats> inputs = new LinkedHashMap<>();
  private final Map<String, Tensor> constants = new LinkedHashMap<>();
  private final SplittableRandom random = new SplittableRandom(11);
  private int outputs = 1;

  private Single(String opType, long opset) {
    this.opType = opType;
    this.opset = opset;
  }

  static Single of(String opType, long opset) {
    return new Single(opType, opset);
  }

  /** A graph input with values in [-2, 2). */
  Single input(long... shape) {
    return input(-2, 2, shape);
  }

  Single input(double low, double high, long... shape) {
    String name = "x" + names.size();
    names.add(name);
    inputs.put(name, new Floats(shape, values(low, high, shape)));
    return this;
  }

  /** A constant of FLOAT values in [0.5, 1.5). */
  Single weight(long... shape) {
    return constant(Tensor.floats(shape, values(0.5, 1.5, shape)));
  }

  Single constant(Tensor tensor) {
    String name = "c" + names.size();
    names.add(name);
    constants.put(name, tensor);
    return this;
  }

  /** A left-out optional input. */
  Single none() {
    names.add("");
    return this;
  }

  Single with(String attribute, Object value) {
    attributes.put(attribute, value);
    return this;
  }

  /** The node gets so many outputs; the last is compared. */
  Single outputs(int count) {
    outputs = count;
    return this;
  }

  Model model() {
    var graph = new Graph("single");
    inputs.forEach((name, x) -> graph.addInput(ValueInfo.tensor(name, DataType.FLOAT, x.shape())));
    constants.forEach(graph::setInitializer);
    var results = new ArrayList<String>();
    for (int i = 0; i < outputs; i++) {
      results.add("y" + i);
    }
    var node = Node.of(opType, "tested", names, results);
    attributes.forEach((name, value) -> set(node, name, value));
    graph.add(node);
    // Booleans and indices become numbers to compare.
    var cast = Node.of("Cast", "cast", List.of("y" + (outputs - 1)), List.of("y"));
    cast.setAttribute("to", (long) DataType.FLOAT.code());
    graph.add(cast);
    graph.addOutput(ValueInfo.untyped("y"));
    return new Model(graph, 8, opset);
  }

  float[] byOnnxRuntime() {
    return OnnxRuntime.run(model(), inputs);
  }

  float[] byLibtorch() {
    return NativeScope.call(
        () -> {
          var graph = new TorchGraph(model(), "y");
          var tensors = new LinkedHashMap<String, org.bytedeco.pytorch.Tensor>();
          inputs.forEach(
              (name, x) ->
                  tensors.put(name, NativeTensors.of(Tensor.floats(x.shape(), x.values()))));
          return NativeTensors.floats(graph.forward(tensors, false));
        });
  }

  private float[] values(double low, double high, long... shape) {
    long size = 1;
    for (long dim : shape) {
      size *= dim;
    }
    var values = new float[(int) size];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (low + (high - low) * random.nextDouble());
    }
    return values;
  }

  private static void set(Node node, String name, Object value) {
    if (value instanceof long[] longs) {
      node.setAttribute(name, longs);
    } else if (value instanceof String text) {
      node.setAttribute(name, text);
    } else if (value instanceof Tensor tensor) {
      node.setAttribute(name, tensor);
    } else if (value instanceof Float number) {
      node.setAttribute(name, number);
    } else {
      node.setAttribute(name, ((Number) value).longValue());
    }
  }

  @Override
  public String toString() {
    var text = new StringBuilder(opType).append('-').append(opset);
    attributes.forEach(
        (name, value) ->
            text.append(' ')
                .append(name)
                .append('=')
                .append(value instanceof long[] l ? java.util.Arrays.toString(l) : value));
    return text.append(' ').append(names.size()).append(" inputs").toString();
  }
}
