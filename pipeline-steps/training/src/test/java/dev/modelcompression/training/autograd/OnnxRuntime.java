package dev.modelcompression.training.autograd;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.modelcompression.data.Dataset;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.OnnxWriter;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/** What ONNX Runtime computes for a model: the truth that training must agree with. */
public final class OnnxRuntime {
  private OnnxRuntime() {}

  /** A FLOAT tensor. */
  public record Floats(long[] shape, float[] values) {}

  /** The first output, with graph optimizations off: they reorder sums. */
  public static float[] run(Model model, Map<String, Floats> inputs) {
    var environment = OrtEnvironment.getEnvironment();
    try (var options = new OrtSession.SessionOptions()) {
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.NO_OPT);
      options.setIntraOpNumThreads(1);
      try (var session = environment.createSession(OnnxWriter.toBytes(model), options)) {
        var feeds = new LinkedHashMap<String, OnnxTensor>();
        for (var input : inputs.entrySet()) {
          feeds.put(
              input.getKey(),
              OnnxTensor.createTensor(
                  environment,
                  FloatBuffer.wrap(input.getValue().values()),
                  input.getValue().shape()));
        }
        try (var result = session.run(feeds)) {
          var buffer = ((OnnxTensor) result.get(0)).getFloatBuffer();
          var values = new float[buffer.remaining()];
          buffer.get(values);
          return values;
        } finally {
          feeds.values().forEach(OnnxTensor::close);
        }
      }
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Outputs {@code [rows, classes]} of a model with one FLOAT input, 250 rows at a time. */
  public static FloatBuffer outputs(Model model, Dataset data) {
    String name = model.graph().requiredInputs().get(0).name();
    var feature = Objects.requireNonNull(data.features().get(name));
    var sample = feature.sampleShape();
    FloatBuffer all = FloatBuffer.allocate(0);
    int step = 250;
    for (int from = 0; from < data.size(); from += step) {
      var rows = IntStream.range(from, Math.min(data.size(), from + step)).toArray();
      var values = FloatBuffer.allocate(rows.length * feature.sampleSize());
      data.read(name, rows, values);
      var shape = new long[sample.length + 1];
      shape[0] = rows.length;
      System.arraycopy(sample, 0, shape, 1, sample.length);
      var part = run(model, Map.of(name, new Floats(shape, values.array())));
      if (from == 0) {
        all = FloatBuffer.allocate(part.length / rows.length * data.size());
      }
      all.put(part);
    }
    return all.flip();
  }

  /** Top-1 as a fraction. */
  public static double accuracy(Model model, Dataset data) {
    var logits = outputs(model, data).array();
    int classes = logits.length / data.size();
    int correct = 0;
    for (int row = 0; row < data.size(); row++) {
      int best = 0;
      for (int c = 1; c < classes; c++) {
        if (logits[row * classes + c] > logits[row * classes + best]) {
          best = c;
        }
      }
      correct += best == data.label(row) ? 1 : 0;
    }
    return (double) correct / data.size();
  }
}
