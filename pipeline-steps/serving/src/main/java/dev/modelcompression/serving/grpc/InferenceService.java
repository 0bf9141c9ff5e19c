package dev.modelcompression.serving.grpc;

import dev.modelcompression.serving.Metrics.Protocol;
import dev.modelcompression.serving.Server;
import dev.modelcompression.serving.ServerInfo;
import dev.modelcompression.serving.Telemetry;
import dev.modelcompression.serving.grpc.proto.GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase;
import dev.modelcompression.serving.grpc.proto.ModelInferRequest;
import dev.modelcompression.serving.grpc.proto.ModelInferResponse;
import dev.modelcompression.serving.grpc.proto.ModelMetadataRequest;
import dev.modelcompression.serving.grpc.proto.ModelMetadataResponse;
import dev.modelcompression.serving.grpc.proto.ModelReadyRequest;
import dev.modelcompression.serving.grpc.proto.ModelReadyResponse;
import dev.modelcompression.serving.grpc.proto.ServerLiveRequest;
import dev.modelcompression.serving.grpc.proto.ServerLiveResponse;
import dev.modelcompression.serving.grpc.proto.ServerMetadataRequest;
import dev.modelcompression.serving.grpc.proto.ServerMetadataResponse;
import dev.modelcompression.serving.grpc.proto.ServerReadyRequest;
import dev.modelcompression.serving.grpc.proto.ServerReadyResponse;
import dev.modelcompression.serving.infer.Answer;
import dev.modelcompression.serving.infer.Receiver;
import dev.modelcompression.serving.infer.RequestException;
import dev.modelcompression.serving.infer.RequestException.Reason;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The protocol's service. */
final class InferenceService extends GRPCInferenceServiceImplBase {
  private static final Logger LOG = Logger.getLogger(InferenceService.class);

  private final Server server;
  private final Telemetry telemetry;

  InferenceService(Server server, Telemetry telemetry) {
    this.server = server;
    this.telemetry = telemetry;
  }

  @Override
  public void serverLive(ServerLiveRequest request, StreamObserver<ServerLiveResponse> to) {
    send(to, ServerLiveResponse.newBuilder().setLive(true).build());
  }

  @Override
  public void serverReady(ServerReadyRequest request, StreamObserver<ServerReadyResponse> to) {
    send(to, ServerReadyResponse.newBuilder().setReady(server.ready()).build());
  }

  @Override
  public void modelReady(ModelReadyRequest request, StreamObserver<ModelReadyResponse> to) {
    try {
      server.engine(request.getName(), request.getVersion());
      send(to, ModelReadyResponse.newBuilder().setReady(server.ready()).build());
    } catch (RequestException e) {
      if (e.reason() == Reason.NOT_READY) {
        send(to, ModelReadyResponse.newBuilder().setReady(false).build());
      } else {
        to.onError(exception(e));
      }
    }
  }

  @Override
  public void serverMetadata(
      ServerMetadataRequest request, StreamObserver<ServerMetadataResponse> to) {
    send(
        to,
        ServerMetadataResponse.newBuilder()
            .setName(ServerInfo.NAME)
            .setVersion(ServerInfo.VERSION)
            .addAllExtensions(ServerInfo.EXTENSIONS)
            .build());
  }

  @Override
  public void modelMetadata(
      ModelMetadataRequest request, StreamObserver<ModelMetadataResponse> to) {
    try {
      var model = server.engine(request.getName(), request.getVersion()).model();
      send(
          to,
          ModelMetadataResponse.newBuilder()
              .setName(server.settings().modelName())
              .addVersions(server.settings().modelVersion())
              .setPlatform(ServerInfo.PLATFORM)
              .addAllInputs(model.inputs().stream().map(Messages::metadata).toList())
              .addAllOutputs(model.outputs().stream().map(Messages::metadata).toList())
              .build());
    } catch (RequestException e) {
      to.onError(exception(e));
    }
  }

  @Override
  public void modelInfer(ModelInferRequest message, StreamObserver<ModelInferResponse> to) {
    long started = System.nanoTime();
    @Nullable String parent = TraceParent.CURRENT.get();
    if (to instanceof ServerCallStreamObserver<ModelInferResponse> call) {
      call.setOnCancelHandler(() -> {}); // or an answer that comes too late is an exception
    }
    try {
      var engine = server.engine(message.getModelName(), message.getModelVersion());
      var memory = CallMemory.current().share();
      memory.take(Messages.memory(message));
      var request = Messages.request(message);
      boolean raw = message.getRawInputContentsCount() > 0;
      engine.submit(
          request,
          memory,
          new Receiver() {
            @Override
            public void answered(Answer answer) {
              var response =
                  ModelInferResponse.newBuilder()
                      .setModelName(server.settings().modelName())
                      .setModelVersion(server.settings().modelVersion())
                      .setId(request.id());
              Messages.outputs(
                  response, answer.outputs().stream().filter(request::wants).toList(), raw);
              send(to, response.build());
              telemetry.answered(Protocol.GRPC, parent, started, answer);
            }

            @Override
            public void refused(RequestException reason) {
              refuse(to, parent, started, reason);
            }
          },
          false);
    } catch (RequestException e) {
      refuse(to, parent, started, e);
    } catch (RuntimeException e) {
      LOG.error("a call failed", e);
      refuse(
          to,
          parent,
          started,
          new RequestException(Reason.FAILED, "something went wrong in the server"));
    }
  }

  private void refuse(
      StreamObserver<ModelInferResponse> to,
      @Nullable String parent,
      long started,
      RequestException e) {
    telemetry.refused(Protocol.GRPC, parent, started, e);
    to.onError(exception(e));
  }

  private static <T> void send(StreamObserver<T> to, T message) {
    to.onNext(message);
    to.onCompleted();
  }

  private static RuntimeException exception(RequestException e) {
    return status(e).asRuntimeException();
  }

  /** What the protocol's clients are told. */
  static Status status(RequestException e) {
    var status =
        switch (e.reason()) {
          case INVALID -> Status.INVALID_ARGUMENT;
          case NOT_FOUND -> Status.NOT_FOUND;
          case TOO_LARGE -> Status.RESOURCE_EXHAUSTED;
          case FAILED -> Status.INTERNAL;
          case NOT_READY, OVERLOADED -> Status.UNAVAILABLE;
        };
    return status.withDescription(e.getMessage());
  }
}
