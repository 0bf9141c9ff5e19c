package dev.modelcompression.runtime.evaluate;

import dev.modelcompression.data.Dataset;
import dev.modelcompression.onnx.InvalidModelException;
import dev.modelcompression.onnx.UnsupportedModelException;
import dev.modelcompression.runtime.session.BatchRunner;
import dev.modelcompression.runtime.session.OrtModel;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The first output of a model, batch by batch and row by row. Holds finite numbers only: NaN loses
 * every comparison, so that the first class would count as the answer of a broken model.
 */
final class OutputRows implements AutoCloseable {
  private final String model;
  private final String output;
  private final BatchRunner runner;
  private FloatBuffer values = FloatBuffer.allocate(0);
  private int row;

  /**
   * Rows of a model over a data set.
   *
   * @param model its name in messages
   */
  OutputRows(String model, OrtModel ort, Dataset data, int batch) {
    this.model = model;
    output = ort.outputs().get(0);
    runner = ort.runner(data, batch, List.of(output));
  }

  /** Rows that one run takes at most. */
  int batch() {
    return runner.batch();
  }

  /**
   * Runs the rows from {@code from} until before {@code to}.
   *
   * @return elements of one row
   */
  int run(int from, int to) {
    runner.run(IntStream.range(from, to).toArray());
    values = runner.values(output);
    row = from;
    return runner.rowSize(output);
  }

  /** Whether the rows of the last run are scores of classes: the output is {@code [N, classes]}. */
  boolean areScores() {
    return runner.shape(output).length == 2;
  }

  /**
   * Runs rows as {@link #run} whose best score is an answer.
   *
   * @return number of classes
   * @throws UnsupportedModelException the output is not {@code [N, classes]}
   */
  int runScores(int from, int to) {
    int classes = run(from, to);
    if (!areScores()) {
      throw new UnsupportedModelException(
          "%s: output '%s' has shape %s, expected [N, classes]; accuracy is measured of classifiers, without labels in the data any outputs are compared"
              .formatted(model, output, Arrays.toString(runner.shape(output))));
    }
    return classes;
  }

  /**
   * Copies the next row.
   *
   * @throws InvalidModelException the model gave NaN or an infinity
   */
  void next(float[] into) {
    values.get(into);
    for (int i = 0; i < into.length; i++) {
      if (!Float.isFinite(into[i])) {
        throw new InvalidModelException(
            "%s: output '%s' holds %s for row %d of the data (element %d), expected finite numbers; such a model cannot be judged, 'mc analyze' tells whether its weights are at fault"
                .formatted(model, output, Float.isNaN(into[i]) ? "NaN" : "an infinity", row, i));
      }
    }
    row++;
  }

  @Override
  public void close() {
    runner.close();
  }
}
