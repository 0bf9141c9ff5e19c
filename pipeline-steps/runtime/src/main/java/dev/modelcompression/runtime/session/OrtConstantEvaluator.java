package dev.modelcompression.runtime.session;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import dev.modelcompression.onnx.DataType;
import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.InvalidModelException;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.onnx.UnsupportedModelException;
import dev.modelcompression.onnx.ValueInfo;
import dev.modelcompression.passes.rewrite.ConstantEvaluator;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Computes single nodes with ONNX Runtime, in the arithmetic that the whole model would get. */
public final class OrtConstantEvaluator implements ConstantEvaluator {
  private static final String TYPE_PREFIX = "ONNX_TENSOR_ELEMENT_DATA_TYPE_";

  private static final SessionSettings AS_IT_IS =
      SessionSettings.threads(1).with(SessionSettings.Optimization.NONE);

  @Override
  public Optional<List<Tensor>> evaluate(Model model, Node node, List<Tensor> inputs) {
    if (node.hasSubgraph()) {
      return Optional.empty();
    }
    try (var ort = OrtModels.open(alone(model, node, inputs), AS_IT_IS);
        var result = ort.session().run(Map.of())) {
      var outputs = new ArrayList<Tensor>();
      for (String output : node.outputs()) {
        if (output.isEmpty()) {
          outputs.add(Tensor.vector(new float[0]));
        } else if (result.get(output).orElse(null) instanceof OnnxTensor tensor
            && type(tensor) != DataType.STRING) {
          var bytes = tensor.getByteBuffer().order(ByteOrder.nativeOrder());
          outputs.add(Tensor.raw(type(tensor), tensor.getInfo().getShape(), bytes));
        } else {
          return Optional.empty();
        }
      }
      return Optional.of(outputs);
    } catch (OrtException | InvalidModelException | UnsupportedModelException e) {
      return Optional.empty();
    }
  }

  /** A model of nothing but the node. */
  private static Model alone(Model model, Node node, List<Tensor> inputs) {
    var graph = new Graph(node.label());
    for (int i = 0; i < node.inputs().size(); i++) {
      if (node.hasInput(i)) {
        graph.setInitializer(node.input(i), inputs.get(i));
      }
    }
    graph.add(node.copy());
    node.outputs().stream()
        .filter(output -> !output.isEmpty())
        .forEach(output -> graph.addOutput(ValueInfo.untyped(output)));
    var alone = new Model(graph, model.irVersion(), model.opset());
    if (!node.domain().isEmpty()) {
      alone.setOpset(node.domain(), model.opset(node.domain()));
    }
    return alone;
  }

  private static DataType type(OnnxTensor tensor) {
    // ONNX Runtime's Java numbers differ from those of ONNX; the names do not.
    String name = tensor.getInfo().onnxType.name();
    return DataType.valueOf(name.substring(TYPE_PREFIX.length()));
  }
}
