package dev.modelcompression.training.autograd;

import static org.bytedeco.pytorch.global.torch.zeros;

import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.training.operators.NativeTensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All trainable values in one vector, and their gradients in another.
 *
 * <p>Each parameter is a view of its segment, so the graph reads what an optimizer writes, an
 * update takes a few vector operations however many parameters there are, and a checkpoint is one
 * array. Segments start at multiples of {@value #ALIGNMENT} elements (a cache line); the gap
 * elements are zero and stay zero. Decayed parameters come first.
 */
public final class Parameters {
  private static final int ALIGNMENT = 16;

  private record Segment(String name, long[] shape, int offset, int length) {}

  private final List<Segment> segments = new ArrayList<>();
  private final Map<String, org.bytedeco.pytorch.Tensor> leaves = new LinkedHashMap<>();
  private final org.bytedeco.pytorch.Tensor values;
  private final org.bytedeco.pytorch.Tensor gradients;
  private final int decayedLength;

  Parameters(Graph graph, Map<String, Trainables.Role> roles) {
    decayedLength = append(graph, roles, Trainables.Role.WEIGHT, 0);
    int length = append(graph, roles, Trainables.Role.SHIFT_OR_SCALE, decayedLength);
    values = zeros(length);
    gradients = zeros(length);
    for (var segment : segments) {
      NativeTensors.put(
          values.narrow(0, segment.offset, segment.length),
          graph.initializer(segment.name).orElseThrow().floats());
      var leaf = view(values, segment).detach();
      leaf.requires_grad_(true);
      leaf.mutable_grad().put(view(gradients, segment));
      leaves.put(segment.name, leaf);
    }
  }

  private int append(
      Graph graph, Map<String, Trainables.Role> roles, Trainables.Role wanted, int start) {
    int offset = start;
    for (var entry : roles.entrySet()) {
      if (entry.getValue() == wanted) {
        Tensor tensor = graph.initializer(entry.getKey()).orElseThrow();
        int length = Math.toIntExact(tensor.elementCount());
        segments.add(new Segment(entry.getKey(), tensor.shape(), offset, length));
        offset += (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
      }
    }
    return offset;
  }

  private static org.bytedeco.pytorch.Tensor view(
      org.bytedeco.pytorch.Tensor vector, Segment segment) {
    return vector.narrow(0, segment.offset, segment.length).view(segment.shape);
  }

  /** All values, {@code [length]}; writing here changes what the graph computes. */
  public org.bytedeco.pytorch.Tensor values() {
    return values;
  }

  /** All gradients, {@code [length]}; backward passes add to them. */
  public org.bytedeco.pytorch.Tensor gradients() {
    return gradients;
  }

  /** Elements at the front that weight decay applies to. */
  public int decayedLength() {
    return decayedLength;
  }

  public int length() {
    return Math.toIntExact(values.numel());
  }

  /** Elements that belong to a parameter, without the gaps between segments. */
  public long elements() {
    return segments.stream().mapToLong(Segment::length).sum();
  }

  /** Parameters by initializer name, as leaves of the autograd graph. */
  Map<String, org.bytedeco.pytorch.Tensor> leaves() {
    return leaves;
  }

  /** One array per parameter, from a vector laid out like {@link #values()}. */
  public Map<String, float[]> split(float[] vector) {
    var split = new LinkedHashMap<String, float[]>();
    for (var segment : segments) {
      split.put(
          segment.name,
          Arrays.copyOfRange(vector, segment.offset, segment.offset + segment.length));
    }
    return split;
  }

  /** Writes a vector laid out like {@link #values()} into a graph's initializers. */
  void writeTo(Graph graph, float[] vector) {
    for (var segment : segments) {
      var elements = Arrays.copyOfRange(vector, segment.offset, segment.offset + segment.length);
      graph.setInitializer(segment.name, Tensor.floats(segment.shape, elements));
    }
  }
}
