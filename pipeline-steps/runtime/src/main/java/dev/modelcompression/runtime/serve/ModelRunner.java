package dev.modelcompression.runtime.serve;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.modelcompression.onnx.UnsupportedModelException;
import dev.modelcompression.runtime.session.OrtModels;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs a model on the tensors of one request, or of several at once. Keeps the memory that ONNX
 * Runtime reads inputs from. Not thread-safe.
 */
public final class ModelRunner {
  private static final int SMALLEST = 4096;

  /** Larger inputs get memory of their own: it would stay for as long as the process. */
  private static final int LARGEST_KEPT = 16 << 20;

  private final ServedModel model;
  private final ByteBuffer[] buffers;

  ModelRunner(ServedModel model) {
    this.model = model;
    this.buffers = new ByteBuffer[model.inputs().size()];
    for (int i = 0; i < buffers.length; i++) {
      buffers[i] = direct(SMALLEST);
    }
  }

  /** Whether two requests fit into one run: all dimensions but the first are the same. */
  public static boolean fit(List<TensorData> one, List<TensorData> other) {
    for (int i = 0; i < one.size(); i++) {
      if (!one.get(i).stacksWith(other.get(i))) {
        return false;
      }
    }
    return true;
  }

  /**
   * Runs requests as one batch, along the first dimension when there are several.
   *
   * @param requests of each, its tensors in the order of the model's inputs; several only when they
   *     {@link #fit} and the model has an {@link ServedModel#openBatch}
   * @return of each, the model's outputs in their order
   * @throws BatchException several were given, and the model's outputs are not one row per row
   * @throws dev.modelcompression.data.InvalidDataException the model does not accept the values
   */
  public List<List<TensorData>> run(List<List<TensorData>> requests) {
    Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
    try {
      for (int i = 0; i < buffers.length; i++) {
        tensors.put(model.inputs().get(i).name(), tensor(i, requests));
      }
      try (OrtSession.Result result = model.session().run(tensors)) {
        return split(result, requests);
      }
    } catch (OrtException e) {
      throw OrtModels.failed(model.source(), e);
    } finally {
      tensors.values().forEach(OnnxTensor::close);
    }
  }

  private OnnxTensor tensor(int input, List<List<TensorData>> requests) throws OrtException {
    var first = requests.get(0).get(input);
    if (first.type() == ElementType.BYTES) {
      return Strings.tensor(first);
    }
    long[] shape = first.shape().clone();
    long bytes = first.data().remaining();
    for (var request : requests.subList(1, requests.size())) {
      shape[0] += request.get(input).shape()[0];
      bytes += request.get(input).data().remaining();
    }
    var buffer = buffer(input, Math.toIntExact(bytes));
    for (var request : requests) {
      buffer.put(request.get(input).data());
    }
    return OnnxTensor.createTensor(
        OrtModels.environment(), buffer.flip(), shape, first.type().java().orElseThrow());
  }

  private ByteBuffer buffer(int input, int bytes) {
    if (bytes > LARGEST_KEPT) {
      return direct(bytes);
    }
    if (buffers[input].capacity() < bytes) {
      buffers[input] = direct(Math.max(bytes, 2 * buffers[input].capacity()));
    }
    return buffers[input].clear().limit(bytes);
  }

  private static ByteBuffer direct(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private List<List<TensorData>> split(OrtSession.Result result, List<List<TensorData>> requests)
      throws OrtException {
    List<List<TensorData>> answers = new ArrayList<>();
    requests.forEach(request -> answers.add(new ArrayList<>()));
    for (TensorSpec output : model.outputs()) {
      var value = result.get(output.name()).orElseThrow();
      if (!(value instanceof OnnxTensor tensor)) {
        throw new UnsupportedModelException(
            model.source() + ": output '" + output.name() + "' is not a tensor");
      }
      long[] shape = tensor.getInfo().getShape();
      var data = output.type() == ElementType.BYTES ? Strings.data(tensor) : tensor.getByteBuffer();
      if (requests.size() == 1) {
        answers.get(0).add(new TensorData(output.name(), output.type(), shape, data));
      } else {
        share(output, shape, data, requests, answers);
      }
    }
    return answers;
  }

  private static void share(
      TensorSpec output,
      long[] shape,
      ByteBuffer data,
      List<List<TensorData>> requests,
      List<List<TensorData>> answers) {
    long rows = 0;
    for (var request : requests) {
      rows += request.get(0).shape()[0];
    }
    if (shape.length == 0 || shape[0] != rows) {
      throw new BatchException(output.name(), rows, shape);
    }
    int rowBytes = Math.toIntExact(data.remaining() / rows);
    int from = data.position();
    for (int i = 0; i < requests.size(); i++) {
      long[] own = shape.clone();
      own[0] = requests.get(i).get(0).shape()[0];
      int bytes = Math.toIntExact(own[0] * rowBytes);
      answers
          .get(i)
          .add(new TensorData(output.name(), output.type(), own, data.slice(from, bytes)));
      from += bytes;
    }
  }
}
