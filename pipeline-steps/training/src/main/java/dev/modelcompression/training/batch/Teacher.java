package dev.modelcompression.training.batch;

import dev.modelcompression.data.InvalidDataException;
import dev.modelcompression.training.operators.NativeTensors;
import java.nio.FloatBuffer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Outputs of a teacher for every row of a data set, computed beforehand. */
public final class Teacher {
  private final FloatBuffer outputs;
  private final int classes;
  private final Tensor batch;
  private final FloatBuffer view;

  /**
   * Wraps outputs {@code [rows, classes]}.
   *
   * @throws InvalidDataException the number of outputs does not fit
   */
  public Teacher(FloatBuffer outputs, int rows, int classes, int capacity) {
    if (outputs.limit() != (long) rows * classes) {
      throw new InvalidDataException(
          "the teacher must give "
              + rows
              + " x "
              + classes
              + " outputs, one row per sample and one"
              + " column per class of the student; it gave "
              + outputs.limit());
    }
    this.outputs = outputs.duplicate();
    this.classes = classes;
    batch = NativeTensors.allocate(new long[] {capacity, classes}, ScalarType.Float);
    view = NativeTensors.byteView(batch).asFloatBuffer();
  }

  Tensor load(int[] rows) {
    for (int i = 0; i < rows.length; i++) {
      view.put(i * classes, outputs, rows[i] * classes, classes);
    }
    return batch.narrow(0, 0, rows.length);
  }
}
