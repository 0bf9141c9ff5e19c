package dev.modelcompression.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Runs models in ONNX Runtime, on one thread, so that results repeat to the bit. */
final class Ort {
  private Ort() {}

  /** All FLOAT outputs by name, flat. */
  static Map<String, float[]> run(byte[] model, Map<String, ? extends Feed> feeds) {
    var environment = OrtEnvironment.getEnvironment();
    var inputs = new HashMap<String, OnnxTensor>();
    try (var options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      try (var session = environment.createSession(model, options)) {
        for (var feed : feeds.entrySet()) {
          inputs.put(feed.getKey(), feed.getValue().tensor(environment));
        }
        try (var result = session.run(inputs)) {
          var outputs = new LinkedHashMap<String, float[]>();
          for (var output : result) {
            var buffer = ((OnnxTensor) output.getValue()).getFloatBuffer();
            var values = new float[buffer.remaining()];
            buffer.get(values);
            outputs.put(output.getKey(), values);
          }
          return outputs;
        }
      }
    } catch (OrtException e) {
      throw new AssertionError(e);
    } finally {
      inputs.values().forEach(OnnxTensor::close);
    }
  }

  /** A value for an input. */
  interface Feed {
    OnnxTensor tensor(OrtEnvironment environment) throws OrtException;
  }
}
