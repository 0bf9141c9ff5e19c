package dev.modelcompression.serving;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import dev.modelcompression.serving.grpc.proto.GRPCInferenceServiceGrpc;
import dev.modelcompression.serving.grpc.proto.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import dev.modelcompression.serving.grpc.proto.InferTensorContents;
import dev.modelcompression.serving.grpc.proto.ModelInferRequest;
import dev.modelcompression.serving.grpc.proto.ModelInferRequest.InferInputTensor;
import dev.modelcompression.serving.grpc.proto.ModelMetadataRequest;
import dev.modelcompression.serving.grpc.proto.ModelReadyRequest;
import dev.modelcompression.serving.grpc.proto.ServerReadyRequest;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged server with the example's model, over HTTP and gRPC. */
class ServerE2E {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir static Path folder;

  private static RunningServer server;
  private static ManagedChannel channel;

  @BeforeAll
  static void start() throws Exception {
    server = RunningServer.ready(folder, Map.of("MC_REQUEST_MAX", "4Mi"));
    channel = NettyChannelBuilder.forAddress("localhost", server.grpcPort()).usePlaintext().build();
  }

  @AfterAll
  static void stop() throws Exception {
    channel.shutdownNow();
    server.close();
  }

  @Test
  void imagesAreRecognizedAndABatchGivesWhatSingleImagesGive() throws Exception {
    int count = 50;
    var logits = logits(JSON.readTree(server.infer(Images.json(0, count)).body()));

    int right = 0;
    for (int i = 0; i < count; i++) {
      right += best(logits, i) == Images.label(i) ? 1 : 0;
      var single = logits(JSON.readTree(server.infer(Images.json(i, 1)).body()));
      for (int j = 0; j < 10; j++) {
        // Sums are taken in another order: some units in the last place of a value around 10.
        assertThat(single.get(j).floatValue())
            .isCloseTo(logits.get(10 * i + j).floatValue(), within(1e-3f));
      }
    }
    assertThat(right).isGreaterThan(count * 8 / 10);
  }

  @Test
  void binaryDataGivesTheSameAsJson() throws Exception {
    byte[] json =
        """
        {"parameters": {"binary_data_output": true}, "inputs": [{"name": "input", "datatype": "FP32",
         "shape": [1, 1, 28, 28], "parameters": {"binary_data_size": 3136}}]}"""
            .getBytes(UTF_8);
    var body = ByteBuffer.allocate(json.length + 3136).put(json).put(Images.binary(7, 1)).array();
    var expected = logits(JSON.readTree(server.infer(Images.json(7, 1)).body()));

    var answer = server.infer(body, json.length);

    int head =
        Integer.parseInt(
            answer.headers().firstValue("Inference-Header-Content-Length").orElseThrow());
    var described = JSON.readTree(answer.body(), 0, head);
    assertThat(described.at("/outputs/0/parameters/binary_data_size").asInt()).isEqualTo(40);
    var data =
        ByteBuffer.wrap(answer.body(), head, 40).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    for (int i = 0; i < 10; i++) {
      assertThat(data.get(i)).isEqualTo(expected.get(i).floatValue());
    }
  }

  @Test
  void grpcGivesTheSameAsJsonRawAndTyped() throws Exception {
    var expected = logits(JSON.readTree(server.infer(Images.json(7, 1)).body()));
    var input =
        InferInputTensor.newBuilder()
            .setName("input")
            .setDatatype("FP32")
            .addAllShape(List.of(1L, 1L, 28L, 28L))
            .build();
    var request = ModelInferRequest.newBuilder().setModelName("fashion").setId("seven");

    var raw =
        grpc()
            .modelInfer(
                request
                    .clone()
                    .addInputs(input)
                    .addRawInputContents(ByteString.copyFrom(Images.binary(7, 1)))
                    .build());
    var contents = InferTensorContents.newBuilder();
    for (float pixel : Images.pixels(7, 1)) {
      contents.addFp32Contents(pixel);
    }
    var typed =
        grpc()
            .modelInfer(request.clone().addInputs(input.toBuilder().setContents(contents)).build());

    assertThat(raw.getId()).isEqualTo("seven");
    assertThat(raw.getOutputs(0).getShapeList()).containsExactly(1L, 10L);
    var rawData =
        raw.getRawOutputContents(0)
            .asReadOnlyByteBuffer()
            .order(ByteOrder.LITTLE_ENDIAN)
            .asFloatBuffer();
    for (int i = 0; i < 10; i++) {
      assertThat(rawData.get(i)).isEqualTo(expected.get(i).floatValue());
      assertThat(typed.getOutputs(0).getContents().getFp32Contents(i))
          .isEqualTo(expected.get(i).floatValue());
    }
  }

  @Test
  void grpcTellsOfTheModelAndRefusesWithTheStatusThatFits() {
    assertThat(grpc().serverReady(ServerReadyRequest.getDefaultInstance()).getReady()).isTrue();
    var model = grpc().modelMetadata(ModelMetadataRequest.newBuilder().setName("fashion").build());
    assertThat(model.getInputs(0).getShapeList()).containsExactly(-1L, 1L, 28L, 28L);
    assertThat(model.getOutputs(0).getDatatype()).isEqualTo("FP32");

    assertThatThrownBy(
            () -> grpc().modelReady(ModelReadyRequest.newBuilder().setName("other").build()))
        .satisfies(e -> assertThat(code(e)).isEqualTo(Status.Code.NOT_FOUND));
    assertThatThrownBy(
            () -> grpc().modelInfer(ModelInferRequest.newBuilder().setModelName("fashion").build()))
        .hasMessageContaining("input 'input' is missing")
        .satisfies(e -> assertThat(code(e)).isEqualTo(Status.Code.INVALID_ARGUMENT));
  }

  @Test
  void pathsAnswerAsTheProtocolSays() throws Exception {
    assertThat(JSON.readTree(server.get("/v2").body()).path("extensions"))
        .extracting(JsonNode::asText)
        .containsExactly("binary_tensor_data");
    assertThat(server.get("/v2/health/live").statusCode()).isEqualTo(200);
    assertThat(server.get("/q/health/ready").statusCode()).isEqualTo(200);
    var ready = server.get("/v2/models/fashion/versions/1/ready");
    assertThat(ready.statusCode()).isEqualTo(200);
    assertThat(JSON.readTree(ready.body()))
        .isEqualTo(JSON.readTree("{\"name\": \"fashion\", \"ready\": true}"));
    var model = JSON.readTree(server.get("/v2/models/fashion").body());
    assertThat(model)
        .isEqualTo(
            JSON.readTree(
                """
                {"name": "fashion", "versions": ["1"], "platform": "onnxruntime_onnx",
                 "inputs": [{"name": "input", "datatype": "FP32", "shape": [-1, 1, 28, 28]}],
                 "outputs": [{"name": "logits", "datatype": "FP32", "shape": [-1, 10]}]}"""));
    assertThat(server.get("/v2/models/other").statusCode()).isEqualTo(404);
    assertThat(server.get("/v2/models/fashion/versions/2").statusCode()).isEqualTo(404);
    assertThat(server.get("/v2/nothing").statusCode()).isEqualTo(404);
  }

  @Test
  void whatIsWrongIsAnsweredWithTheProtocolsError() throws Exception {
    var noJson = server.infer("{\"inputs\": [");
    assertThat(noJson.statusCode()).isEqualTo(400);
    assertThat(JSON.readTree(noJson.body()).path("error").asText()).contains("is not JSON");

    var wrongShape = server.infer(Images.json(0, 1).replace("[1, 1, 28, 28]", "[1, 784]"));
    assertThat(wrongShape.statusCode()).isEqualTo(400);
    assertThat(JSON.readTree(wrongShape.body()).path("error").asText())
        .contains("has shape [1, 784], expected [-1, 1, 28, 28]");

    var tooLarge = server.infer(" ".repeat((4 << 20) + 1));
    assertThat(tooLarge.statusCode()).isEqualTo(413);
    assertThat(JSON.readTree(tooLarge.body()).path("error").asText()).contains("4194304 bytes");
  }

  @Test
  void requestsAreCountedByTheirOutcome() throws Exception {
    server.infer(Images.json(0, 1));
    server.infer("{}");

    var metrics = server.get("/metrics").body();

    assertThat(metrics)
        .containsPattern(
            "modelcompression_server_requests_total\\{model=\"fashion\",outcome=\"ok\",protocol=\"rest\",version=\"1\"} [1-9]")
        .containsPattern(
            "modelcompression_server_requests_total\\{model=\"fashion\",outcome=\"invalid\",protocol=\"rest\",version=\"1\"} [1-9]")
        .contains("modelcompression_server_request_duration_seconds_bucket{")
        .contains("le=\"1.0E-4\"")
        .contains("modelcompression_server_batch_rows_count")
        .contains("modelcompression_server_queue_requests");
  }

  private static GRPCInferenceServiceBlockingStub grpc() {
    return GRPCInferenceServiceGrpc.newBlockingStub(channel);
  }

  private static Status.Code code(Throwable e) {
    return ((StatusRuntimeException) e).getStatus().getCode();
  }

  private static JsonNode logits(JsonNode answer) {
    return answer.at("/outputs/0/data");
  }

  private static int best(JsonNode logits, int row) {
    int best = 0;
    for (int j = 1; j < 10; j++) {
      if (logits.get(10 * row + j).floatValue() > logits.get(10 * row + best).floatValue()) {
        best = j;
      }
    }
    return best;
  }
}
