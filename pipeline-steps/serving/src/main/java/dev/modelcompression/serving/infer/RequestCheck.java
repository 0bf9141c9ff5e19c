package dev.modelcompression.serving.infer;

import dev.modelcompression.runtime.serve.ElementType;
import dev.modelcompression.runtime.serve.TensorData;
import dev.modelcompression.runtime.serve.TensorSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Holds requests against what the model takes and gives. */
public final class RequestCheck {
  private final List<TensorSpec> inputs;
  private final List<String> outputs;

  public RequestCheck(List<TensorSpec> inputs, List<TensorSpec> outputs) {
    this.inputs = List.copyOf(inputs);
    this.outputs = outputs.stream().map(TensorSpec::name).toList();
  }

  /**
   * The request's tensors in the order of the model's inputs.
   *
   * @throws RequestException it does not fit the model
   */
  public List<TensorData> inputs(InferRequest request) {
    Map<String, TensorData> byName = new HashMap<>();
    for (TensorData tensor : request.inputs()) {
      if (byName.put(tensor.name(), tensor) != null) {
        throw RequestException.invalid("input '%s' is there twice", tensor.name());
      }
    }
    List<TensorData> ordered = new ArrayList<>(inputs.size());
    for (TensorSpec spec : inputs) {
      var tensor = byName.remove(spec.name());
      if (tensor == null) {
        throw RequestException.invalid(
            "input '%s' is missing; the model takes %s", spec.name(), names());
      }
      check(spec, tensor);
      ordered.add(tensor);
    }
    if (!byName.isEmpty()) {
      throw RequestException.invalid(
          "input '%s' is none of the model's, which takes %s",
          byName.keySet().stream().sorted().findFirst().orElseThrow(), names());
    }
    for (var output : request.outputs()) {
      if (!outputs.contains(output.name())) {
        throw RequestException.invalid(
            "output '%s' is none of the model's, which gives %s",
            output.name(), String.join(", ", outputs));
      }
    }
    return ordered;
  }

  private static void check(TensorSpec spec, TensorData tensor) {
    if (tensor.type() != spec.type()) {
      throw RequestException.invalid(
          "input '%s' has datatype %s, expected %s", spec.name(), tensor.type(), spec.type());
    }
    if (!fits(spec.shape(), tensor.shape())) {
      throw RequestException.invalid(
          "input '%s' has shape %s, expected %s%s",
          spec.name(),
          Arrays.toString(tensor.shape()),
          spec.shape(),
          spec.shape().contains(-1L) ? ", where -1 is any size from 1" : "");
    }
    if (spec.type() != ElementType.BYTES) {
      long expected = bytes(tensor);
      int found = tensor.data().remaining();
      if (found != expected) {
        throw RequestException.invalid(
            "input '%s' has %d elements of %s in %d bytes, but its shape %s needs %d bytes",
            spec.name(),
            found / spec.type().bytes(),
            spec.type(),
            found,
            Arrays.toString(tensor.shape()),
            expected);
      }
    }
  }

  private static long bytes(TensorData tensor) {
    try {
      return Math.multiplyExact(TensorData.count(tensor.shape()), tensor.type().bytes());
    } catch (ArithmeticException e) {
      throw RequestException.invalid(
          "input '%s' has shape %s, which is larger than any memory",
          tensor.name(), Arrays.toString(tensor.shape()));
    }
  }

  private static boolean fits(List<Long> expected, long[] found) {
    if (expected.size() != found.length) {
      return false;
    }
    for (int i = 0; i < found.length; i++) {
      long dim = expected.get(i);
      if (found[i] < 1 || (dim >= 0 && dim != found[i])) {
        return false;
      }
    }
    return true;
  }

  private String names() {
    return inputs.stream()
        .map(spec -> "'%s' (%s %s)".formatted(spec.name(), spec.type(), spec.shape()))
        .collect(Collectors.joining(", "));
  }
}
