package dev.modelcompression.serving.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import dev.modelcompression.onnx.DataType;
import dev.modelcompression.serving.Parts;
import dev.modelcompression.serving.grpc.proto.GRPCInferenceServiceGrpc;
import dev.modelcompression.serving.grpc.proto.InferTensorContents;
import dev.modelcompression.serving.grpc.proto.ModelInferRequest;
import dev.modelcompression.serving.grpc.proto.ModelInferRequest.InferInputTensor;
import dev.modelcompression.serving.grpc.proto.ServerLiveRequest;
import dev.modelcompression.serving.infer.MemoryBudget;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls over a real connection, in front of a real model that a batch is held back for. */
class GrpcServerTest {
  private static final int BUDGET = 1 << 20;
  private static final int PAIR = 2 * Long.BYTES;

  @TempDir Path folder;

  private final MemoryBudget budget = new MemoryBudget(BUDGET);
  private Parts parts;
  private GrpcServer grpc;
  private ManagedChannel channel;

  @BeforeEach
  void start() {
    parts =
        Parts.of(
            folder,
            "Identity",
            DataType.INT64,
            Map.of("MC_BATCH_MAX", "4096", "MC_BATCH_DELAY", "500ms"));
    parts.load();
    grpc = new GrpcServer(parts.server(), budget, parts.telemetry());
    grpc.start(new StartupEvent());
    channel = NettyChannelBuilder.forAddress("localhost", grpc.port()).usePlaintext().build();
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    grpc.stop(new ShutdownEvent());
    parts.close();
  }

  @Test
  void aMessageForWhichOthersLeaveNoMemoryIsRefusedAndAllIsGivenBack() {
    var others = budget.share();
    others.take(BUDGET - 60_000);

    var refused = refused(raw(2000));

    assertThat(refused.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(refused.getDescription()).contains("leave no memory for this one");
    assertThat(parts.requests("grpc", "overloaded")).isEqualTo(1);
    others.ended();
    Parts.until(() -> budget.left() == BUDGET);

    assertThat(infer(raw(2000))).isEqualTo(2000);
    Parts.until(() -> budget.left() == BUDGET);
  }

  @Test
  void aMessageThatNoBudgetHoldsIsTooLargeWhileItComes() {
    var refused = refused(raw(BUDGET / PAIR));

    assertThat(refused.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(refused.getDescription()).contains("needs more memory");
    assertThat(parts.requests("grpc", "too_large")).isEqualTo(1);
    Parts.until(() -> budget.left() == BUDGET);
  }

  @Test
  void typedContentsAreChargedForWhatIsMadeOfThem() {
    // A byte each on the wire, 8 in the message, 8 in the tensor.
    var refused = refused(typed(50_000));

    assertThat(refused.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(refused.getDescription()).contains("needs more memory");
    Parts.until(() -> budget.left() == BUDGET);
    assertThat(infer(typed(1000))).isEqualTo(1000);
  }

  @Test
  void whatACallHadIsThereAgainHoweverItEnds() throws Exception {
    var cancelled = GRPCInferenceServiceGrpc.newFutureStub(channel).modelInfer(raw(1000));
    Parts.until(() -> parts.server().engine().orElseThrow().waiting() == 1);
    assertThat(BUDGET - budget.left()).isGreaterThan(1000 * PAIR);
    cancelled.cancel(true);
    Parts.until(() -> budget.left() == BUDGET);

    var wrong = raw(1000).toBuilder().setModelName("other").build();
    assertThat(refused(wrong).getCode()).isEqualTo(Status.Code.NOT_FOUND);
    Parts.until(() -> budget.left() == BUDGET);
  }

  @Test
  void aConnectionHasABoundedNumberOfCalls() throws Exception {
    var vertx = Vertx.vertx();
    try {
      var calls = new CompletableFuture<Long>();
      vertx
          .httpClientBuilder()
          .with(
              new HttpClientOptions()
                  .setProtocolVersion(HttpVersion.HTTP_2)
                  .setHttp2ClearTextUpgrade(false))
          .withConnectHandler(
              connection -> calls.complete(connection.remoteSettings().getMaxConcurrentStreams()))
          .build()
          .request(new RequestOptions().setHost("localhost").setPort(grpc.port()));

      assertThat(calls.get(60, TimeUnit.SECONDS)).isEqualTo(256);
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
  }

  @Test
  void callsWithoutTensorsAreAnsweredWhateverTheOthersHave() {
    budget.share().take(BUDGET);

    assertThat(
            GRPCInferenceServiceGrpc.newBlockingStub(channel)
                .serverLive(ServerLiveRequest.getDefaultInstance())
                .getLive())
        .isTrue();
  }

  private long infer(ModelInferRequest request) {
    return GRPCInferenceServiceGrpc.newBlockingStub(channel)
        .modelInfer(request)
        .getOutputs(0)
        .getShape(0);
  }

  private Status refused(ModelInferRequest request) {
    return catchThrowableOfType(StatusRuntimeException.class, () -> infer(request)).getStatus();
  }

  private static ModelInferRequest raw(int rows) {
    return ModelInferRequest.newBuilder()
        .setModelName("m")
        .addInputs(input(rows))
        .addRawInputContents(ByteString.copyFrom(new byte[rows * PAIR]))
        .build();
  }

  private static ModelInferRequest typed(int rows) {
    return ModelInferRequest.newBuilder()
        .setModelName("m")
        .addInputs(
            input(rows)
                .setContents(
                    InferTensorContents.newBuilder()
                        .addAllInt64Contents(Collections.nCopies(2 * rows, 0L))))
        .build();
  }

  private static InferInputTensor.Builder input(int rows) {
    return InferInputTensor.newBuilder()
        .setName("x")
        .setDatatype("INT64")
        .addShape(rows)
        .addShape(2);
  }
}
