package dev.modelcompression.training;

import static org.bytedeco.pytorch.global.torch.set_num_threads;
import static org.bytedeco.pytorch.global.torch.zeros_like;

import dev.modelcompression.data.Dataset;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.training.autograd.LogitsValue;
import dev.modelcompression.training.autograd.NativeScope;
import dev.modelcompression.training.autograd.TorchGraph;
import dev.modelcompression.training.batch.Batches;
import dev.modelcompression.training.batch.RowOrder;
import dev.modelcompression.training.operators.NativeTensors;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * How much the loss would change if a weight were 0, to first order: gradient times weight.
 *
 * <p>Batch normalization uses its running statistics: it is the network as deployed that is judged.
 *
 * @see <a href="https://arxiv.org/abs/1906.10771">Molchanov et al. 2019</a>
 */
public final class Saliency {
  private static final int BATCH_SIZE = 64;

  private Saliency() {}

  /**
   * Σ over batches of g·w, element by element, by initializer name; the loss is the mean
   * cross-entropy of a batch.
   *
   * <p>What the paper sums is the square of each batch's channel sum. Terms of different sign from
   * different batches cancel here, so give each batch to {@link #taylorPerBatch} where that
   * matters.
   *
   * @param batches of 64 rows (or all, if fewer) drawn at random; a data set too small for so many
   *     is gone through once
   * @throws dev.modelcompression.onnx.UnsupportedModelException an operator has no gradient here
   * @throws dev.modelcompression.data.InvalidDataException the data does not fit the model
   */
  public static Map<String, float[]> taylor(
      Model model, Dataset data, int batches, long seed, int threads) {
    Setting.check("threads", threads, 1, 1024);
    set_num_threads(threads);
    return NativeScope.call(
        () -> {
          var graph = new TorchGraph(model, LogitsValue.of(model.graph()).name());
          var parameters = graph.parameters();
          var sum = zeros_like(parameters.values());
          forEachBatch(
              model,
              graph,
              data,
              batches,
              seed,
              () ->
                  NativeScope.withoutGradients(
                      () -> sum.addcmul_(parameters.gradients(), parameters.values())));
          return parameters.split(NativeTensors.floats(sum));
        });
  }

  /** Gives g·w of each batch on its own, as {@link #taylor} describes. */
  public static void taylorPerBatch(
      Model model,
      Dataset data,
      int batches,
      long seed,
      int threads,
      Consumer<Map<String, float[]>> receiver) {
    Setting.check("threads", threads, 1, 1024);
    set_num_threads(threads);
    NativeScope.run(
        () -> {
          var graph = new TorchGraph(model, LogitsValue.of(model.graph()).name());
          var parameters = graph.parameters();
          forEachBatch(
              model,
              graph,
              data,
              batches,
              seed,
              () -> {
                var product = parameters.gradients().mul(parameters.values());
                receiver.accept(parameters.split(NativeTensors.floats(product)));
              });
        });
  }

  private static void forEachBatch(
      Model model, TorchGraph graph, Dataset data, int count, long seed, Runnable onGradients) {
    Setting.check("batches", count, 1, 1_000_000);
    int size = Math.min(BATCH_SIZE, data.size());
    var loader = new Batches(model.graph(), data, size, Augmentation.NONE);
    Labels.checkedClasses(graph, loader, data, 0);
    var order = RowOrder.ofEpoch(data.size(), seed, 0);
    var objective = new Objective(0, Optional.empty(), false);
    for (int i = 0; i < count && (i + 1) * size <= order.length; i++) {
      var rows = Arrays.copyOfRange(order, i * size, (i + 1) * size);
      NativeScope.run(
          () -> {
            var batch = loader.load(rows);
            graph.parameters().gradients().zero_();
            objective.of(graph.forward(batch.inputs(), false), batch).backward();
            onGradients.run();
          });
    }
  }
}
