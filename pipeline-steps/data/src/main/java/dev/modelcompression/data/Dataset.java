package dev.modelcompression.data;

import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Map;

/**
 * Labelled samples, addressed by row. Implementations are immutable and safe for use by several
 * threads.
 *
 * <p>Values are converted while they are read, so that a data set stored as bytes stays small in
 * memory.
 */
public interface Dataset {
  /** What one sample of a feature looks like. */
  record Feature(Kind kind, long[] sampleShape) {
    /** How the model takes the feature. */
    public enum Kind {
      /** 32-bit floating point. */
      FLOAT,
      /** 64-bit whole numbers, such as token ids. */
      INT64
    }

    /** Elements in one sample. */
    public int sampleSize() {
      long size = 1;
      for (long dim : sampleShape) {
        size = Math.multiplyExact(size, dim);
      }
      return Math.toIntExact(size);
    }
  }

  /** Number of rows. */
  int size();

  /** Features by name; names are those of the model's inputs. */
  Map<String, Feature> features();

  /** Whether rows carry a class label. */
  boolean hasLabels();

  /**
   * Class index of one row, from 0.
   *
   * @throws InvalidDataException the data set has no labels
   */
  int label(int row);

  /**
   * Appends the samples of a FLOAT feature, one row after the other, at the buffer's position.
   *
   * @throws InvalidDataException no such feature, or a value that is not finite
   */
  void read(String feature, int[] rows, FloatBuffer into);

  /** Appends the samples of an INT64 feature, one row after the other, at the buffer's position. */
  void read(String feature, int[] rows, LongBuffer into);

  /** The given rows as a data set of their own, in that order; nothing is copied. */
  default Dataset select(int[] rows) {
    return new SelectedRows(this, rows.clone());
  }
}
