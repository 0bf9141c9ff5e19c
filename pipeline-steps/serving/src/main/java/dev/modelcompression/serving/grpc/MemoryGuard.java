package dev.modelcompression.serving.grpc;

import dev.modelcompression.serving.Metrics.Protocol;
import dev.modelcompression.serving.Telemetry;
import dev.modelcompression.serving.grpc.proto.GRPCInferenceServiceGrpc;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/** Closes calls for whose messages there is no memory, which lets go of what has come of them. */
final class MemoryGuard implements ServerInterceptor {
  private final Telemetry telemetry;

  MemoryGuard(Telemetry telemetry) {
    this.telemetry = telemetry;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    var memory = CallMemory.current();
    var closable = new ClosedOnce<>(call);
    @Nullable String parent = TraceParent.CURRENT.get();
    memory.whenRefused(
        reason -> {
          if (call.getMethodDescriptor()
              .getFullMethodName()
              .equals(GRPCInferenceServiceGrpc.getModelInferMethod().getFullMethodName())) {
            telemetry.refused(Protocol.GRPC, parent, System.nanoTime(), reason);
          }
          closable.close(InferenceService.status(reason), new Metadata());
        });
    return new SimpleForwardingServerCallListener<>(next.startCall(closable, headers)) {
      @Override
      public void onMessage(Q message) {
        if (!memory.refused()) {
          super.onMessage(message);
        }
      }

      @Override
      public void onHalfClose() {
        if (!memory.refused()) {
          super.onHalfClose();
        }
      }
    };
  }

  /** A client that sends more than it may can be refused by the service and by its memory. */
  private static final class ClosedOnce<Q, A> extends SimpleForwardingServerCall<Q, A> {
    private boolean closed;

    ClosedOnce(ServerCall<Q, A> call) {
      super(call);
    }

    @Override
    public void close(Status status, Metadata trailers) {
      if (!closed) {
        closed = true;
        super.close(status, trailers);
      }
    }
  }
}
