package dev.modelcompression.runtime.session;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.modelcompression.data.Dataset;
import dev.modelcompression.onnx.UnsupportedModelException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.OptionalInt;

/** A model that ONNX Runtime has loaded. Running it is safe from several threads. */
public final class OrtModel implements AutoCloseable {
  /** An input that must be fed; symbolic dimensions are −1. */
  record Input(String name, OnnxJavaType type, long[] shape) {}

  private final String source;
  private final OrtSession session;
  private final List<Input> inputs;
  private final List<String> outputs;

  OrtModel(String source, OrtSession session) throws OrtException {
    this.source = source;
    this.session = session;
    this.outputs = List.copyOf(session.getOutputInfo().keySet());
    this.inputs = new ArrayList<>();
    for (NodeInfo info : session.getInputInfo().values()) {
      if (!(info.getInfo() instanceof TensorInfo tensor)) {
        session.close();
        throw new UnsupportedModelException(
            source + ": input '" + info.getName() + "' is not a tensor; only tensors can be fed");
      }
      inputs.add(new Input(info.getName(), tensor.type, tensor.getShape()));
    }
  }

  /** Name of the model in messages. */
  public String source() {
    return source;
  }

  /** Names of the outputs, in the model's order. */
  public List<String> outputs() {
    return outputs;
  }

  /**
   * Rows of every run, where the model fixes its batch dimension; empty where that is free.
   *
   * @throws UnsupportedModelException the inputs fix different ones
   */
  public OptionalInt fixedBatch() {
    long fixed = -1;
    for (Input input : inputs) {
      long dim = input.shape().length == 0 ? -1 : input.shape()[0];
      if (dim > 0 && fixed > 0 && dim != fixed) {
        throw new UnsupportedModelException(
            source
                + ": inputs fix different batch dimensions ("
                + fixed
                + " and "
                + dim
                + "); rows of a data set cannot be fed to it");
      }
      fixed = Math.max(fixed, dim);
    }
    return fixed > 0 ? OptionalInt.of(Math.toIntExact(fixed)) : OptionalInt.empty();
  }

  /**
   * Prepares to run rows of a data set.
   *
   * @param batch rows per run; a model with a fixed batch dimension takes its own
   * @param outputs which outputs to keep
   * @throws dev.modelcompression.data.InvalidDataException the data set does not fit the model
   */
  public BatchRunner runner(Dataset data, int batch, Collection<String> outputs) {
    return new BatchRunner(this, new Feeds(this, data, batch), outputs);
  }

  /** Ends profiling, which the settings must have asked for; returns the file written. */
  public Path endProfiling() {
    try {
      return Path.of(session.endProfiling());
    } catch (OrtException e) {
      throw OrtErrors.onRun(source, e);
    }
  }

  List<Input> inputs() {
    return inputs;
  }

  OrtSession session() {
    return session;
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw OrtErrors.onRun(source, e);
    }
  }
}
