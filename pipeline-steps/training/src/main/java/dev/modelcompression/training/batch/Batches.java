package dev.modelcompression.training.batch;

import dev.modelcompression.data.Dataset;
import dev.modelcompression.data.Dataset.Feature.Kind;
import dev.modelcompression.data.InvalidDataException;
import dev.modelcompression.onnx.DataType;
import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.ValueInfo;
import dev.modelcompression.training.Augmentation;
import dev.modelcompression.training.operators.NativeTensors;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Copies rows of a data set straight into tensors that are allocated once. A batch is valid until
 * the next is loaded.
 */
public final class Batches {
  /**
   * One batch of N rows.
   *
   * @param inputs by graph input name, {@code [N, …]}
   * @param labels class indices {@code [N]}
   * @param teacher the teacher's outputs {@code [N, classes]}, when there is one
   */
  public record Batch(Map<String, Tensor> inputs, Tensor labels, Optional<Tensor> teacher) {}

  private final Dataset data;
  private final int capacity;
  private final Map<String, Tensor> inputs = new LinkedHashMap<>();
  private final Map<String, FloatBuffer> floats = new LinkedHashMap<>();
  private final Map<String, LongBuffer> longs = new LinkedHashMap<>();
  private final Map<String, ImageJitter> jitters = new LinkedHashMap<>();
  private final Tensor labels;
  private final LongBuffer labelView;

  /**
   * Allocates room for batches of at most {@code capacity} rows.
   *
   * @throws InvalidDataException the data set lacks labels, or an input of the graph, or has it in
   *     another shape or type
   */
  public Batches(Graph graph, Dataset data, int capacity, Augmentation augmentation) {
    if (!data.hasLabels()) {
      throw new InvalidDataException("training data has no labels; add an array named 'labels'");
    }
    this.data = data;
    this.capacity = capacity;
    for (ValueInfo input : graph.requiredInputs()) {
      var feature = matching(input, data);
      var shape = LongStream.concat(LongStream.of(capacity), LongStream.of(feature.sampleShape()));
      boolean isFloat = feature.kind() == Kind.FLOAT;
      var tensor =
          NativeTensors.allocate(shape.toArray(), isFloat ? ScalarType.Float : ScalarType.Long);
      inputs.put(input.name(), tensor);
      var bytes = NativeTensors.byteView(tensor);
      if (isFloat) {
        floats.put(input.name(), bytes.asFloatBuffer());
      } else {
        longs.put(input.name(), bytes.asLongBuffer());
      }
      if (isFloat && feature.sampleShape().length == 3 && !augmentation.equals(Augmentation.NONE)) {
        jitters.put(input.name(), new ImageJitter(augmentation, feature.sampleShape()));
      }
    }
    labels = NativeTensors.allocate(new long[] {capacity}, ScalarType.Long);
    labelView = NativeTensors.byteView(labels).asLongBuffer();
  }

  private static Dataset.Feature matching(ValueInfo input, Dataset data) {
    var feature = data.features().get(input.name());
    if (feature == null) {
      throw new InvalidDataException(
          "the model reads input '"
              + input.name()
              + "', but the data set has "
              + data.features().keySet());
    }
    var kind = input.type() == DataType.FLOAT ? Kind.FLOAT : Kind.INT64;
    if (feature.kind() != kind) {
      throw new InvalidDataException(
          "input '"
              + input.name()
              + "' has type "
              + input.type()
              + " in the model, but "
              + feature.kind()
              + " in the data set");
    }
    var declared = input.shape();
    if (declared.isPresent() && !fits(declared.get(), feature.sampleShape())) {
      throw new InvalidDataException(
          "input '"
              + input.name()
              + "' has shape "
              + Arrays.toString(declared.get())
              + " in the model (-1: any), but the data set's samples are "
              + Arrays.toString(feature.sampleShape()));
    }
    return feature;
  }

  private static boolean fits(long[] declared, long[] sample) {
    if (declared.length != sample.length + 1) {
      return false;
    }
    for (int axis = 0; axis < sample.length; axis++) {
      long wanted = declared[axis + 1];
      if (wanted != ValueInfo.UNKNOWN && wanted != sample[axis]) {
        return false;
      }
    }
    return true;
  }

  /** Loads rows as they are. */
  public Batch load(int[] rows) {
    floats.forEach((name, view) -> data.read(name, rows, view.duplicate()));
    longs.forEach((name, view) -> data.read(name, rows, view.duplicate()));
    for (int i = 0; i < rows.length; i++) {
      labelView.put(i, data.label(rows[i]));
    }
    var filled = new LinkedHashMap<String, Tensor>();
    inputs.forEach((name, tensor) -> filled.put(name, first(tensor, rows.length)));
    return new Batch(filled, first(labels, rows.length), Optional.empty());
  }

  /** Loads rows for training: images changed at random, with the teacher's outputs if given. */
  public Batch load(int[] rows, Optional<Teacher> teacher, long seed, int epoch) {
    var batch = load(rows);
    jitters.forEach(
        (name, jitter) -> {
          var view = floats.get(name);
          for (int i = 0; view != null && i < rows.length; i++) {
            jitter.apply(view, i, seed, epoch, rows[i]);
          }
        });
    return new Batch(batch.inputs, batch.labels, teacher.map(t -> t.load(rows)));
  }

  private Tensor first(Tensor tensor, int rows) {
    return rows == capacity ? new Tensor(tensor) : tensor.narrow(0, 0, rows);
  }
}
