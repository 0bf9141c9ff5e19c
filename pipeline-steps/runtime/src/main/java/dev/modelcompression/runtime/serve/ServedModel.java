package dev.modelcompression.runtime.serve;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.modelcompression.onnx.UnsupportedModelException;
import dev.modelcompression.runtime.session.OrtModels;
import dev.modelcompression.runtime.session.SessionSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/** A model that answers requests. Runners of it may work in several threads, one each. */
public final class ServedModel implements AutoCloseable {
  private final String source;
  private final OrtSession session;
  private final List<TensorSpec> inputs;
  private final List<TensorSpec> outputs;

  private ServedModel(String source, OrtSession session) throws OrtException {
    this.source = source;
    this.session = session;
    this.inputs = specs("input", session.getInputInfo().values());
    this.outputs = specs("output", session.getOutputInfo().values());
    for (TensorSpec input : inputs) {
      if (input.type().java().isEmpty()) {
        throw new UnsupportedModelException(
            "%s: input '%s' has elements of %s, which ONNX Runtime cannot be fed with from Java; put a Cast in front of it"
                .formatted(source, input.name(), input.type()));
      }
    }
  }

  /**
   * Opens a model file; external data is found beside it.
   *
   * @throws dev.modelcompression.onnx.InvalidModelException ONNX Runtime finds the model
   *     inconsistent
   * @throws UnsupportedModelException ONNX Runtime cannot run it, or it has an input or output that
   *     is no tensor
   */
  public static ServedModel open(Path file, SessionSettings settings) {
    String source = file.toString();
    return OrtModels.session(file, settings, session -> new ServedModel(source, session));
  }

  /** In the model's order. */
  public List<TensorSpec> inputs() {
    return inputs;
  }

  /** In the model's order. */
  public List<TensorSpec> outputs() {
    return outputs;
  }

  /** Whether several requests may be put into one run by the look of the model's shapes. */
  public boolean openBatch() {
    return !inputs.isEmpty()
        && inputs.stream().allMatch(ServedModel::stackable)
        && outputs.stream().allMatch(ServedModel::stackable);
  }

  /** What runs the model in one thread. */
  public ModelRunner runner() {
    return new ModelRunner(this);
  }

  String source() {
    return source;
  }

  OrtSession session() {
    return session;
  }

  /** No runner may be at work any more. */
  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw OrtModels.failed(source, e);
    }
  }

  private static boolean stackable(TensorSpec spec) {
    return spec.openBatch() && spec.type() != ElementType.BYTES;
  }

  private List<TensorSpec> specs(String kind, Collection<NodeInfo> nodes) {
    List<TensorSpec> specs = new ArrayList<>();
    for (NodeInfo node : nodes) {
      if (!(node.getInfo() instanceof TensorInfo info)) {
        throw new UnsupportedModelException(
            "%s: %s '%s' is not a tensor; only tensors can be served"
                .formatted(source, kind, node.getName()));
      }
      var type =
          ElementType.of(info.onnxType)
              .orElseThrow(
                  () ->
                      new UnsupportedModelException(
                          "%s: %s '%s' has elements of %s, which cannot be served"
                              .formatted(source, kind, node.getName(), info.onnxType)));
      specs.add(
          new TensorSpec(node.getName(), type, Arrays.stream(info.getShape()).boxed().toList()));
    }
    return List.copyOf(specs);
  }
}
