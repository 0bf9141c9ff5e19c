package dev.modelcompression.runtime;

import dev.modelcompression.data.Dataset;
import dev.modelcompression.data.InvalidDataException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** Samples in arrays. */
public final class ArrayDataset implements Dataset {
  private final int size;
  private final Map<String, Feature> features = new LinkedHashMap<>();
  private final Map<String, float[]> floats = new LinkedHashMap<>();
  private final Map<String, long[]> longs = new LinkedHashMap<>();
  private int[] labels = new int[0];

  public ArrayDataset(int size) {
    this.size = size;
  }

  /** Standard normal numbers. */
  public static ArrayDataset gaussian(String name, int size, long seed, long... sampleShape) {
    var feature = new Feature(Feature.Kind.FLOAT, sampleShape);
    var random = new Random(seed);
    var values = new float[size * feature.sampleSize()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return new ArrayDataset(size).with(name, values, sampleShape);
  }

  public ArrayDataset with(String name, float[] values, long... sampleShape) {
    features.put(name, new Feature(Feature.Kind.FLOAT, sampleShape));
    floats.put(name, values);
    return this;
  }

  public ArrayDataset with(String name, long[] values, long... sampleShape) {
    features.put(name, new Feature(Feature.Kind.INT64, sampleShape));
    longs.put(name, values);
    return this;
  }

  public ArrayDataset withLabels(int... labels) {
    this.labels = labels;
    return this;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public Map<String, Feature> features() {
    return features;
  }

  @Override
  public boolean hasLabels() {
    return labels.length > 0;
  }

  @Override
  public int label(int row) {
    return labels[row];
  }

  @Override
  public void read(String feature, int[] rows, FloatBuffer into) {
    int width = width(feature);
    for (int row : rows) {
      into.put(floats.get(feature), row * width, width);
    }
  }

  @Override
  public void read(String feature, int[] rows, LongBuffer into) {
    int width = width(feature);
    for (int row : rows) {
      into.put(longs.get(feature), row * width, width);
    }
  }

  private int width(String feature) {
    var found = features.get(feature);
    if (found == null) {
      throw new InvalidDataException("no array '" + feature + "'");
    }
    return found.sampleSize();
  }
}
