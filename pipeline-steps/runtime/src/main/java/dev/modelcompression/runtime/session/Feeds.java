package dev.modelcompression.runtime.session;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import dev.modelcompression.data.Dataset;
import dev.modelcompression.data.Dataset.Feature;
import dev.modelcompression.data.InvalidDataException;
import dev.modelcompression.onnx.UnsupportedModelException;
import dev.modelcompression.runtime.session.OrtModel.Input;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Input tensors of one model, filled from a data set; the same direct buffers serve every batch.
 */
final class Feeds implements AutoCloseable {
  private final OrtModel model;
  private final Dataset data;
  private final int batch;
  private final boolean fixedBatch;
  private final Map<String, ByteBuffer> buffers = new LinkedHashMap<>();
  private final Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
  private int loadedRows = -1;

  Feeds(OrtModel model, Dataset data, int wantedBatch) {
    this.model = model;
    this.data = data;
    if (wantedBatch < 1) {
      throw new IllegalArgumentException("batch: found " + wantedBatch + ", allowed: 1 or more");
    }
    if (data.size() == 0) {
      throw new InvalidDataException("the data set has no rows");
    }
    model.inputs().forEach(input -> check(model, data, input));
    fixedBatch = model.fixedBatch().isPresent();
    batch = model.fixedBatch().orElse(Math.min(wantedBatch, data.size()));
    for (Input input : model.inputs()) {
      long bytes = (long) batch * feature(input).sampleSize() * width(input.type());
      if (bytes > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            "batch: found "
                + batch
                + ", which makes input '"
                + input.name()
                + "' larger than 2 GiB; choose a smaller batch");
      }
      buffers.put(
          input.name(), ByteBuffer.allocateDirect((int) bytes).order(ByteOrder.nativeOrder()));
    }
  }

  /** Rows per run. */
  int batch() {
    return batch;
  }

  /** Rows that a run of {@code rows} rows really computes: a fixed batch is filled up. */
  int computedRows(int rows) {
    return fixedBatch ? batch : rows;
  }

  /** The tensors that {@link #load} filled last. */
  Map<String, OnnxTensor> loaded() {
    return tensors;
  }

  /** What {@link #load} read last into a FLOAT input. */
  FloatBuffer floats(String input) {
    var buffer = buffers.get(input);
    if (buffer == null) {
      throw new IllegalArgumentException("no input '" + input + "'");
    }
    int size = feature(input).sampleSize() * loadedRows;
    return buffer.duplicate().order(ByteOrder.nativeOrder()).asFloatBuffer().limit(size);
  }

  /** Reads the rows, at most {@link #batch()}, and gives the tensors; they stay ours to close. */
  Map<String, OnnxTensor> load(int[] rows) throws OrtException {
    int[] filled = rows;
    if (fixedBatch && rows.length < batch) {
      filled = Arrays.copyOf(rows, batch);
      Arrays.fill(filled, rows.length, batch, rows[rows.length - 1]);
    }
    if (filled.length != loadedRows) {
      close();
      for (Input input : model.inputs()) {
        tensors.put(input.name(), tensor(input, filled.length));
      }
      loadedRows = filled.length;
    }
    for (Input input : model.inputs()) {
      read(input, filled);
    }
    return tensors;
  }

  @Override
  public void close() {
    tensors.values().forEach(OnnxTensor::close);
    tensors.clear();
    loadedRows = -1;
  }

  private void read(Input input, int[] rows) {
    var buffer = buffer(input);
    switch (input.type()) {
      case FLOAT -> data.read(input.name(), rows, buffer.asFloatBuffer());
      case INT64 -> data.read(input.name(), rows, buffer.asLongBuffer());
      default -> {
        var longs = LongBuffer.allocate(rows.length * feature(input).sampleSize());
        data.read(input.name(), rows, longs);
        var ints = buffer.asIntBuffer();
        longs.flip();
        while (longs.hasRemaining()) {
          ints.put(Math.toIntExact(longs.get()));
        }
      }
    }
  }

  private OnnxTensor tensor(Input input, int rows) throws OrtException {
    var sample = feature(input).sampleShape();
    var shape = new long[sample.length + 1];
    shape[0] = rows;
    System.arraycopy(sample, 0, shape, 1, sample.length);
    int count = rows * feature(input).sampleSize();
    var environment = OrtModels.ENVIRONMENT;
    var buffer = buffer(input);
    return switch (input.type()) {
      case FLOAT ->
          OnnxTensor.createTensor(environment, buffer.asFloatBuffer().limit(count), shape);
      case INT64 -> OnnxTensor.createTensor(environment, buffer.asLongBuffer().limit(count), shape);
      default -> OnnxTensor.createTensor(environment, buffer.asIntBuffer().limit(count), shape);
    };
  }

  private ByteBuffer buffer(Input input) {
    var buffer = buffers.get(input.name());
    if (buffer == null) {
      throw new IllegalStateException("no buffer for input '" + input.name() + "'");
    }
    return buffer.duplicate().order(ByteOrder.nativeOrder()).clear();
  }

  private Feature feature(Input input) {
    return feature(input.name());
  }

  private Feature feature(String input) {
    var feature = data.features().get(input);
    if (feature == null) {
      throw new InvalidDataException("the data set has no array named '" + input + "'");
    }
    return feature;
  }

  private static void check(OrtModel model, Dataset data, Input input) {
    var kind =
        switch (input.type()) {
          case FLOAT -> Feature.Kind.FLOAT;
          case INT64, INT32 -> Feature.Kind.INT64;
          default ->
              throw new UnsupportedModelException(
                  model.source()
                      + ": input '"
                      + input.name()
                      + "' has type "
                      + input.type()
                      + "; data can be fed to inputs of type FLOAT, INT64 and INT32");
        };
    var feature = data.features().get(input.name());
    if (feature == null) {
      throw new InvalidDataException(
          "the data set has no array named '"
              + input.name()
              + "', which is an input of model "
              + model.source()
              + "; it has "
              + describe(data)
              + ". Arrays must be named after the model's inputs");
    }
    if (feature.kind() != kind || !fits(feature.sampleShape(), input.shape())) {
      throw new InvalidDataException(
          "array '"
              + input.name()
              + "' has samples of "
              + feature.kind()
              + " "
              + dims(feature.sampleShape(), 0)
              + ", but model "
              + model.source()
              + " expects "
              + kind
              + " "
              + dims(input.shape(), 1));
    }
  }

  private static boolean fits(long[] sample, long[] input) {
    if (input.length != sample.length + 1) {
      return false;
    }
    for (int i = 0; i < sample.length; i++) {
      if (input[i + 1] >= 0 && input[i + 1] != sample[i]) {
        return false;
      }
    }
    return true;
  }

  private static String describe(Dataset data) {
    return data.features().isEmpty()
        ? "no arrays of samples"
        : String.join(
            ", ", data.features().keySet().stream().map(name -> "'" + name + "'").toList());
  }

  private static String dims(long[] shape, int from) {
    if (shape.length < from) {
      return "of no shape (a single number, or left out: then export the model again with it)";
    }
    List<String> dims = new ArrayList<>();
    for (int i = from; i < shape.length; i++) {
      dims.add(shape[i] < 0 ? "?" : Long.toString(shape[i]));
    }
    return "[" + String.join(", ", dims) + "]";
  }

  private static int width(OnnxJavaType type) {
    return type == OnnxJavaType.INT64 ? Long.BYTES : Integer.BYTES;
  }
}
