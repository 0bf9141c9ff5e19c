package dev.modelcompression.training;

import dev.modelcompression.data.Dataset;
import dev.modelcompression.data.InvalidDataException;
import dev.modelcompression.onnx.UnsupportedModelException;
import dev.modelcompression.training.autograd.NativeScope;
import dev.modelcompression.training.autograd.TorchGraph;
import dev.modelcompression.training.batch.Batches;
import java.util.Arrays;

/** Checks that labels fit the classes of a model, before the first step. */
final class Labels {
  private Labels() {}

  /**
   * Runs one row through the graph and checks all labels against the number of classes.
   *
   * @return the number of classes
   * @throws UnsupportedModelException the graph computes something else than {@code [N, classes]},
   *     or cannot run
   * @throws InvalidDataException a label is no class
   */
  static int checkedClasses(TorchGraph graph, Batches batches, Dataset data, int anyRow) {
    var shape =
        NativeScope.call(
            () -> {
              var batch = batches.load(new int[] {anyRow});
              var output = new long[1][];
              NativeScope.withoutGradients(
                  () -> output[0] = graph.forward(batch.inputs(), false).shape());
              return output[0];
            });
    if (shape.length != 2 || shape[0] != 1) {
      throw new UnsupportedModelException(
          "training needs a classifier with outputs [N, classes]; for one sample this model gives "
              + Arrays.toString(shape));
    }
    int classes = (int) shape[1];
    check(data, classes);
    return classes;
  }

  static void check(Dataset data, int classes) {
    for (int row = 0; row < data.size(); row++) {
      int label = data.label(row);
      if (label < 0 || label >= classes) {
        throw new InvalidDataException(
            "label " + label + " of row " + row + ": the model has classes 0 to " + (classes - 1));
      }
    }
  }
}
