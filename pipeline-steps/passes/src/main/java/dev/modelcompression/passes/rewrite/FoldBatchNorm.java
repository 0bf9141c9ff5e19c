package dev.modelcompression.passes.rewrite;

import dev.modelcompression.onnx.DataType;
import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.InvalidModelException;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.passes.GraphPass;
import dev.modelcompression.passes.PassResult;
import java.util.Optional;

/**
 * Folds a {@code BatchNormalization} in inference mode into the Conv, ConvTranspose or Gemm before
 * it.
 *
 * <p>With {@code k[m] = scale[m] / sqrt(var[m] + epsilon)} the normalization is {@code k[m]·(y[m] −
 * mean[m]) + B[m]}: a scale and a shift of output channel m. A pair stays when something else reads
 * the value between the two, or when a parameter is computed and not constant.
 *
 * @see <a
 *     href="https://onnx.ai/onnx/operators/onnx__BatchNormalization.html">BatchNormalization</a>
 */
public final class FoldBatchNorm implements GraphPass {
  private static final int SCALE = 1;
  private static final int SHIFT = 2;
  private static final int MEAN = 3;
  private static final int VARIANCE = 4;

  @Override
  public String id() {
    return "fold-batch-norm";
  }

  @Override
  public PassResult apply(Model model) {
    var graph = model.graph();
    int folded = 0;
    for (Node norm : graph.nodes("BatchNormalization")) {
      var linear = foldable(graph, norm);
      if (linear.isPresent() && fold(graph, linear.get(), norm)) {
        folded++;
      }
    }
    return new PassResult(id(), folded);
  }

  private static Optional<Node> foldable(Graph graph, Node norm) {
    boolean inference = norm.attribute("training_mode", 0L) == 0;
    if (!inference || !Rewiring.hasOneUsedOutput(graph, norm)) {
      return Optional.empty();
    }
    String input = norm.input(0);
    return graph
        .producer(input)
        .filter(node -> node.isAny("Conv", "ConvTranspose", "Gemm"))
        .filter(node -> graph.soleConsumer(input).isPresent());
  }

  private static boolean fold(Graph graph, Node linear, Node norm) {
    var channels = OutputAffine.channels(graph, linear);
    if (channels.isEmpty()) {
      return false;
    }
    var parameters = new float[VARIANCE + 1][];
    for (int i = SCALE; i <= VARIANCE; i++) {
      var parameter = graph.constant(norm.input(i)).filter(p -> p.type() == DataType.FLOAT);
      if (parameter.isEmpty()) {
        return false;
      }
      parameters[i] = parameter.get().floats();
      if (parameters[i].length != channels.getAsInt()) {
        throw new InvalidModelException(
            "node '%s': parameter '%s' has %d elements, expected %d, one for each output channel of '%s'"
                .formatted(
                    norm.label(),
                    norm.input(i),
                    parameters[i].length,
                    channels.getAsInt(),
                    linear.label()));
      }
    }
    double epsilon = norm.attribute("epsilon", 1e-5f);
    var scale = new double[channels.getAsInt()];
    var shift = new double[channels.getAsInt()];
    for (int m = 0; m < scale.length; m++) {
      scale[m] = parameters[SCALE][m] / Math.sqrt(parameters[VARIANCE][m] + epsilon);
      shift[m] = parameters[SHIFT][m] - scale[m] * parameters[MEAN][m];
    }
    OutputAffine.fold(graph, linear, scale, shift);
    Rewiring.absorb(graph, linear, norm);
    return true;
  }
}
