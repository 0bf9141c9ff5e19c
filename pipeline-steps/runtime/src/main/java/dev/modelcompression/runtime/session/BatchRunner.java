package dev.modelcompression.runtime.session;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.modelcompression.onnx.UnsupportedModelException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Runs batches of rows and holds the outputs of the last one.
 *
 * <p>Once the shape of a batch's outputs is known, ONNX Runtime writes them straight into the same
 * direct buffers every time, so that a sweep over a data set allocates nothing per batch. Not
 * thread-safe.
 */
public final class BatchRunner implements AutoCloseable {
  private record Output(FloatBuffer values, long[] shape) {}

  private final OrtModel model;
  private final Feeds feeds;
  private final Set<String> wanted;
  private final Map<String, Output> outputs = new LinkedHashMap<>();
  private final Map<String, OnnxTensor> pinned = new LinkedHashMap<>();
  private int pinnedRows = -1;
  private boolean mayPin = true;
  private int rows;

  BatchRunner(OrtModel model, Feeds feeds, Collection<String> outputs) {
    this.model = model;
    this.feeds = feeds;
    this.wanted = new LinkedHashSet<>(outputs);
  }

  /** Rows that one run takes at most. */
  public int batch() {
    return feeds.batch();
  }

  /** Runs the rows, at most {@link #batch()} of them. */
  public void run(int... rows) {
    this.rows = rows.length;
    try {
      var inputs = feeds.load(rows);
      if (wanted.isEmpty()) {
        return;
      }
      int computed = feeds.computedRows(rows.length);
      if (computed == pinnedRows && runPinned(inputs)) {
        return;
      }
      runFree(inputs, computed);
    } catch (OrtException e) {
      throw OrtErrors.onRun(model.source(), e);
    }
  }

  /** Reads rows for {@link #execute()} without running them. */
  public void load(int... rows) {
    try {
      feeds.load(rows);
      this.rows = rows.length;
    } catch (OrtException e) {
      throw OrtErrors.onRun(model.source(), e);
    }
  }

  /** Runs the loaded rows as a caller of ONNX Runtime would, and drops the outputs: for clocks. */
  public void execute() {
    try {
      model.session().run(feeds.loaded(), wanted).close();
    } catch (OrtException e) {
      throw OrtErrors.onRun(model.source(), e);
    }
  }

  /** What was fed to a FLOAT input in the last run. */
  public FloatBuffer input(String name) {
    return feeds.floats(name);
  }

  /**
   * All elements of an output of the last run, those of rows that filled up a fixed batch included.
   * Valid until the next run.
   */
  public FloatBuffer values(String output) {
    return get(output).values().duplicate().rewind();
  }

  /** Shape of an output of the last run. */
  public long[] shape(String output) {
    return get(output).shape().clone();
  }

  /**
   * Elements per row of an output whose first axis is the batch.
   *
   * @throws UnsupportedModelException its first axis is something else
   */
  public int rowSize(String output) {
    var result = get(output);
    int computed = feeds.computedRows(rows);
    if (result.shape().length == 0 || result.shape()[0] != computed) {
      throw new UnsupportedModelException(
          model.source()
              + ": output '"
              + output
              + "' has shape "
              + Arrays.toString(result.shape())
              + " for a batch of "
              + computed
              + "; its first axis must be the batch");
    }
    return result.values().capacity() / computed;
  }

  @Override
  public void close() {
    unpin();
    feeds.close();
  }

  private Output get(String output) {
    var result = outputs.get(output);
    if (result == null) {
      throw new IllegalArgumentException("output '" + output + "' was not asked for");
    }
    return result;
  }

  /** False when the shapes turned out to depend on the data. */
  private boolean runPinned(Map<String, OnnxTensor> inputs) throws OrtException {
    try {
      model.session().run(inputs, pinned).close();
      return true;
    } catch (OrtException e) {
      // A real fault shows again in the free run that follows.
      mayPin = false;
      unpin();
      return false;
    }
  }

  private void runFree(Map<String, OnnxTensor> inputs, int computed) throws OrtException {
    outputs.clear();
    boolean pin = mayPin && pinnedRows < 0;
    try (OrtSession.Result result = model.session().run(inputs, wanted)) {
      for (var entry : result) {
        if (!(entry.getValue() instanceof OnnxTensor tensor)
            || tensor.getInfo().type != OnnxJavaType.FLOAT) {
          throw new UnsupportedModelException(
              model.source() + ": output '" + entry.getKey() + "' is not a tensor of FLOAT");
        }
        var shape = tensor.getInfo().getShape();
        var values = tensor.getFloatBuffer();
        if (pin) {
          values = pin(entry.getKey(), values, shape);
        }
        outputs.put(entry.getKey(), new Output(values, shape));
      }
    }
    if (pin) {
      pinnedRows = computed;
    } else {
      // Outputs now holds this batch's own buffers: the pinned ones must be filled anew.
      unpin();
    }
  }

  private FloatBuffer pin(String name, FloatBuffer values, long[] shape) throws OrtException {
    var direct =
        ByteBuffer.allocateDirect(Math.multiplyExact(values.capacity(), Float.BYTES))
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer()
            .put(values)
            .rewind();
    pinned.put(name, OnnxTensor.createTensor(OrtModels.ENVIRONMENT, direct, shape));
    return direct;
  }

  private void unpin() {
    pinned.values().forEach(OnnxTensor::close);
    pinned.clear();
    pinnedRows = -1;
  }
}
