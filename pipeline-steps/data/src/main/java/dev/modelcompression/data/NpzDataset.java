package dev.modelcompression.data;

import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A data set in NumPy's {@code .npz} format: one array per model input, named after it, with
 * samples along axis 0, and an optional array {@code labels} of class indices.
 *
 * <p>An array {@code X} may come with {@code X.scale} and {@code X.offset} (one number, or one per
 * channel, which is the first axis of a sample): the model then gets {@code X * scale + offset} as
 * FLOAT. That keeps images one byte a pixel in the file and in memory.
 */
public final class NpzDataset implements Dataset {
  /** Name of the array of class indices. */
  public static final String LABELS = "labels";

  /** One number per channel; a channel is an index of the first axis of a sample. */
  private record Scaling(float[] scale, float[] offset) {}

  private record Column(Feature feature, NpyArray array, @Nullable Scaling scaling) {
    void read(int start, FloatBuffer into) {
      int end = start + feature.sampleSize();
      if (scaling == null) {
        for (int i = start; i < end; i++) {
          into.put((float) array.at(i));
        }
        return;
      }
      int perChannel = feature.sampleSize() / scaling.scale().length;
      for (int i = start, channel = 0; i < end; channel++) {
        float scale = scaling.scale()[channel];
        float offset = scaling.offset()[channel];
        for (int last = i + perChannel; i < last; i++) {
          into.put((float) array.at(i) * scale + offset);
        }
      }
    }
  }

  private final String source;
  private final Map<String, Column> columns = new LinkedHashMap<>();
  private final int @Nullable [] labels;
  private final int size;

  /**
   * Loads a file.
   *
   * @throws InvalidDataException the file is missing, not {@code .npz}, inconsistent, or holds NaN
   *     or infinity
   */
  public static NpzDataset load(Path file) {
    return new NpzDataset(NpzFile.read(file, null));
  }

  /**
   * Loads some rows of a file; the others take no memory and are not looked at.
   *
   * @param rows says for the number of rows in the file which ones to keep, in ascending order
   * @throws InvalidDataException as {@link #load(Path)}
   */
  public static NpzDataset load(Path file, IntFunction<int[]> rows) {
    return new NpzDataset(NpzFile.read(file, rows));
  }

  private NpzDataset(NpzFile file) {
    var arrays = file.arrays();
    this.source = file.source();
    for (var entry : arrays.entrySet()) {
      String name = entry.getKey();
      if (!name.equals(LABELS) && !NpzFile.isParameter(name, arrays.keySet())) {
        columns.put(name, column(name, entry.getValue(), file));
      }
    }
    if (columns.isEmpty()) {
      throw new InvalidDataException(
          source
              + ": no samples; expected an array named after each input of the model, found "
              + arrays.keySet());
    }
    size = rows(columns.values().iterator().next().array());
    columns.forEach((name, column) -> requireRows(name, column.array()));
    var labelArray = arrays.get(LABELS);
    labels = labelArray == null ? null : labels(labelArray);
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public Map<String, Feature> features() {
    var features = new LinkedHashMap<String, Feature>();
    columns.forEach((name, column) -> features.put(name, column.feature()));
    return Collections.unmodifiableMap(features);
  }

  @Override
  public boolean hasLabels() {
    return labels != null;
  }

  @Override
  public int label(int row) {
    if (labels == null) {
      throw new InvalidDataException(
          source + ": has no array 'labels', which accuracy and training need");
    }
    return labels[row];
  }

  @Override
  public void read(String feature, int[] rows, FloatBuffer into) {
    var column = column(feature, Feature.Kind.FLOAT);
    for (int row : rows) {
      column.read(Math.multiplyExact(row, column.feature().sampleSize()), into);
    }
  }

  @Override
  public void read(String feature, int[] rows, LongBuffer into) {
    var column = column(feature, Feature.Kind.INT64);
    int sample = column.feature().sampleSize();
    for (int row : rows) {
      int start = Math.multiplyExact(row, sample);
      for (int i = 0; i < sample; i++) {
        into.put(column.array().longAt(start + i));
      }
    }
  }

  private Column column(String name, Feature.Kind kind) {
    var column = columns.get(name);
    if (column == null) {
      throw new InvalidDataException(
          source + ": no array '" + name + "', found " + columns.keySet());
    }
    if (column.feature().kind() != kind) {
      throw new InvalidDataException(
          source
              + ": array '"
              + name
              + "' is "
              + column.array()
              + ", expected "
              + kind
              + " for the model's input");
    }
    return column;
  }

  private Column column(String name, NpyArray array, NpzFile file) {
    if (array.rank() == 0) {
      throw new InvalidDataException(
          source + ": array '" + name + "' is a single number, expected samples along axis 0");
    }
    int notFinite = array.firstNotFinite();
    long[] sampleShape = Arrays.copyOfRange(array.shape(), 1, array.rank());
    if (notFinite >= 0) {
      int perRow = Math.max(1, array.elementCount() / Math.max(1, rows(array)));
      throw new InvalidDataException(
          source
              + ": array '"
              + name
              + "' holds "
              + array.at(notFinite)
              + " in row "
              + file.rowInFile(notFinite / perRow)
              + " (element "
              + notFinite % perRow
              + "), expected finite numbers; remove or repair that sample");
    }
    var scale = parameter(name + ".scale", file.arrays(), sampleShape);
    var offset = parameter(name + ".offset", file.arrays(), sampleShape);
    if (scale == null && offset == null) {
      var kind = array.type().isFloat() ? Feature.Kind.FLOAT : Feature.Kind.INT64;
      return new Column(new Feature(kind, sampleShape), array, null);
    }
    int channels = Math.max(scale == null ? 1 : scale.length, offset == null ? 1 : offset.length);
    return new Column(
        new Feature(Feature.Kind.FLOAT, sampleShape),
        array,
        new Scaling(spread(scale, channels, 1), spread(offset, channels, 0)));
  }

  /** One number, or one for each channel. */
  private float @Nullable [] parameter(
      String name, Map<String, NpyArray> arrays, long[] sampleShape) {
    var array = arrays.get(name);
    if (array == null) {
      return null;
    }
    int count = array.elementCount();
    if (count != 1 && (sampleShape.length == 0 || count != sampleShape[0])) {
      throw new InvalidDataException(
          source
              + ": array '"
              + name
              + "' has "
              + count
              + " elements, expected 1 or one per channel of "
              + Arrays.toString(sampleShape));
    }
    if (array.firstNotFinite() >= 0) {
      throw new InvalidDataException(
          source + ": array '" + name + "' holds a number that is not finite");
    }
    var values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) array.at(i);
    }
    return values;
  }

  private static float[] spread(float @Nullable [] values, int channels, float otherwise) {
    if (values != null && values.length == channels) {
      return values;
    }
    var spread = new float[channels];
    Arrays.fill(spread, values == null ? otherwise : values[0]);
    return spread;
  }

  private static int rows(NpyArray array) {
    return Math.toIntExact(array.shape()[0]);
  }

  private void requireRows(String name, NpyArray array) {
    if (rows(array) != size || size == 0) {
      throw new InvalidDataException(
          source
              + ": array '"
              + name
              + "' has "
              + rows(array)
              + " rows, expected "
              + (size == 0 ? "at least 1" : size)
              + " as in '"
              + columns.keySet().iterator().next()
              + "'");
    }
  }

  private int[] labels(NpyArray array) {
    if (array.rank() != 1 || array.type().isFloat()) {
      throw new InvalidDataException(
          source
              + ": array 'labels' is "
              + array
              + ", expected whole numbers of shape ["
              + size
              + "]");
    }
    requireRows(LABELS, array);
    var values = new int[size];
    for (int i = 0; i < size; i++) {
      long label = array.longAt(i);
      if (label < 0 || label > Integer.MAX_VALUE) {
        throw new InvalidDataException(
            source + ": label " + label + " in row " + i + ", expected a class index from 0");
      }
      values[i] = (int) label;
    }
    return values;
  }
}
