package dev.modelcompression.passes.testing;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import dev.modelcompression.onnx.DataType;
import dev.modelcompression.onnx.ExternalData;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.OnnxReader;
import dev.modelcompression.onnx.OnnxWriter;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.onnx.ValueInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Runs models in ONNX Runtime, the judge of every numeric test. */
public final class OrtRunner {
  private static final OrtEnvironment ENVIRONMENT =
      OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);

  private OrtRunner() {}

  /** Outputs by name, with ONNX Runtime's own graph optimizations on. */
  public static Map<String, Tensor> run(Model model, Map<String, Tensor> inputs) {
    return run(model, inputs, OptLevel.ALL_OPT);
  }

  /** Elements of one output. */
  public static float[] run(Model model, Map<String, Tensor> inputs, String output) {
    return Objects.requireNonNull(run(model, inputs).get(output), output).floats();
  }

  /** Outputs by name, computed node by node as the graph says. */
  public static Map<String, Tensor> runUnoptimized(Model model, Map<String, Tensor> inputs) {
    return run(model, inputs, OptLevel.NO_OPT);
  }

  /** The model that ONNX Runtime really executes, with its fused operators. */
  public static Model optimized(Model model) {
    try {
      var file = Files.createTempFile("optimized", ".onnx");
      try (var options = options(OptLevel.EXTENDED_OPT)) {
        options.setOptimizedModelFilePath(file.toString());
        ENVIRONMENT.createSession(OnnxWriter.toBytes(model), options).close();
        return OnnxReader.read(
            ByteBuffer.wrap(Files.readAllBytes(file)), "optimized", ExternalData.NONE);
      } finally {
        Files.delete(file);
      }
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How many nodes of each operator {@link #optimized} has. */
  public static Map<String, Long> executedOperators(Model model) {
    return optimized(model).graph().nodes().stream()
        .collect(Collectors.groupingBy(Node::opType, TreeMap::new, Collectors.counting()));
  }

  /** A copy of the model that gives these intermediate values as outputs too. */
  public static Model exposing(Model model, Iterable<String> values) {
    var copy = model.copy();
    for (String value : values) {
      if (!copy.graph().isOutput(value)) {
        copy.graph().addOutput(ValueInfo.untyped(value));
      }
    }
    return copy;
  }

  private static Map<String, Tensor> run(Model model, Map<String, Tensor> inputs, OptLevel level) {
    var fed = new LinkedHashMap<String, OnnxTensor>();
    try (var options = options(level);
        OrtSession session = ENVIRONMENT.createSession(OnnxWriter.toBytes(model), options)) {
      for (var input : inputs.entrySet()) {
        fed.put(input.getKey(), toOrt(input.getValue()));
      }
      try (var result = session.run(fed)) {
        var outputs = new LinkedHashMap<String, Tensor>();
        for (var output : result) {
          outputs.put(output.getKey(), fromOrt((OnnxTensor) output.getValue()));
        }
        return outputs;
      }
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    } finally {
      fed.values().forEach(OnnxTensor::close);
    }
  }

  private static SessionOptions options(OptLevel level) throws OrtException {
    var options = new SessionOptions();
    options.setOptimizationLevel(level);
    options.setIntraOpNumThreads(1);
    options.setInterOpNumThreads(1);
    return options;
  }

  private static OnnxTensor toOrt(Tensor tensor) throws OrtException {
    var bytes = ByteBuffer.allocateDirect((int) tensor.byteSize()).order(ByteOrder.nativeOrder());
    bytes.put(tensor.rawBytes()).flip();
    return OnnxTensor.createTensor(
        ENVIRONMENT, bytes, tensor.shape(), OnnxJavaType.valueOf(tensor.type().name()));
  }

  private static Tensor fromOrt(OnnxTensor tensor) {
    var info = tensor.getInfo();
    return Tensor.raw(DataType.valueOf(info.type.name()), info.getShape(), tensor.getByteBuffer());
  }
}
