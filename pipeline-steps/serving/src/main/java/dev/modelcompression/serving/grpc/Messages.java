package dev.modelcompression.serving.grpc;

import com.google.protobuf.ByteString;
import dev.modelcompression.runtime.serve.ElementType;
import dev.modelcompression.runtime.serve.TensorData;
import dev.modelcompression.runtime.serve.TensorSpec;
import dev.modelcompression.serving.grpc.proto.ModelInferRequest;
import dev.modelcompression.serving.grpc.proto.ModelInferRequest.InferInputTensor;
import dev.modelcompression.serving.grpc.proto.ModelInferResponse;
import dev.modelcompression.serving.grpc.proto.ModelInferResponse.InferOutputTensor;
import dev.modelcompression.serving.grpc.proto.ModelMetadataResponse.TensorMetadata;
import dev.modelcompression.serving.infer.InferRequest;
import dev.modelcompression.serving.infer.InferRequest.WantedOutput;
import dev.modelcompression.serving.infer.RequestException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Between the protocol's messages and requests to a model. */
final class Messages {
  private Messages() {}

  /**
   * Reads a request.
   *
   * @throws RequestException it makes no sense by itself
   */
  static InferRequest request(ModelInferRequest message) {
    int raw = message.getRawInputContentsCount();
    if (raw > 0 && raw != message.getInputsCount()) {
      throw RequestException.invalid(
          "raw_input_contents has %d entries for %d inputs", raw, message.getInputsCount());
    }
    List<TensorData> inputs = new ArrayList<>();
    for (int i = 0; i < message.getInputsCount(); i++) {
      var input = message.getInputs(i);
      var type = type(input);
      inputs.add(
          new TensorData(
              input.getName(),
              type,
              input.getShapeList().stream().mapToLong(Long::longValue).toArray(),
              raw > 0
                  ? raw(input, message.getRawInputContents(i))
                  : Contents.read(input.getName(), type, input.getContents())));
    }
    return new InferRequest(
        message.getId(),
        inputs,
        message.getOutputsList().stream()
            .map(output -> new WantedOutput(output.getName(), raw > 0))
            .toList());
  }

  /** Bytes that a request takes beside those of its message as it came: lists, and tensors. */
  static long memory(ModelInferRequest message) {
    long bytes = (long) InferRequest.NAMED * (message.getInputsCount() + message.getOutputsCount());
    for (var input : message.getInputsList()) {
      bytes += Contents.memory(input.getContents());
    }
    return bytes;
  }

  /** Adds the outputs to an answer, as the request wrote its inputs where that is possible. */
  static void outputs(ModelInferResponse.Builder answer, List<TensorData> outputs, boolean raw) {
    boolean binary = raw || outputs.stream().anyMatch(each -> !Contents.typed(each.type()));
    for (TensorData output : outputs) {
      var tensor =
          InferOutputTensor.newBuilder().setName(output.name()).setDatatype(output.type().name());
      for (long dim : output.shape()) {
        tensor.addShape(dim);
      }
      if (binary) {
        answer.addRawOutputContents(ByteString.copyFrom(output.data()));
      } else {
        tensor.setContents(Contents.write(output));
      }
      answer.addOutputs(tensor);
    }
  }

  static TensorMetadata metadata(TensorSpec spec) {
    return TensorMetadata.newBuilder()
        .setName(spec.name())
        .setDatatype(spec.type().name())
        .addAllShape(spec.shape())
        .build();
  }

  private static ByteBuffer raw(InferInputTensor input, ByteString contents) {
    if (input.hasContents()) {
      throw RequestException.invalid(
          "input '%s' has contents, which are not allowed beside raw_input_contents",
          input.getName());
    }
    return contents.asReadOnlyByteBuffer();
  }

  private static ElementType type(InferInputTensor input) {
    return ElementType.of(input.getDatatype())
        .orElseThrow(
            () ->
                RequestException.invalid(
                    "input '%s' has unknown datatype '%s'", input.getName(), input.getDatatype()));
  }
}
