package dev.modelcompression.serving.grpc;

import dev.modelcompression.serving.Server;
import dev.modelcompression.serving.Telemetry;
import dev.modelcompression.serving.infer.MemoryBudget;
import io.grpc.netty.NettyServerBuilder;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** Listens for gRPC. */
@Singleton
class GrpcServer {
  private static final Logger LOG = Logger.getLogger(GrpcServer.class);

  /** What a message may have beside the tensors' elements. */
  private static final int ENVELOPE = 64 << 10;

  /**
   * As many as wait for the model by default, over one connection; the client keeps more to itself.
   */
  private static final int CALLS = 256;

  private static final long FAREWELL_SECONDS = 15;

  private final io.grpc.Server grpc;

  @Inject
  GrpcServer(Server server, MemoryBudget memory, Telemetry telemetry) {
    // A call is read and put into the queue, which is quick: no thread in between.
    grpc =
        NettyServerBuilder.forPort(server.settings().grpcPort())
            .directExecutor()
            .maxInboundMessageSize(server.settings().requestMax() + ENVELOPE)
            .maxConcurrentCallsPerConnection(CALLS)
            .addStreamTracerFactory(CallMemory.factory(memory))
            .intercept(new MemoryGuard(telemetry))
            .intercept(new TraceParent()) // the last one is asked first
            .addService(new InferenceService(server, telemetry))
            .build();
  }

  void start(@Observes StartupEvent event) {
    try {
      grpc.start();
      LOG.infof("gRPC is listening on port %d", grpc.getPort());
    } catch (IOException e) {
      throw new UncheckedIOException("port %d cannot be listened on".formatted(grpc.getPort()), e);
    }
  }

  int port() {
    return grpc.getPort();
  }

  /** Before the model goes: calls come to their end, clients are told to connect elsewhere. */
  void stop(@Observes @Priority(1) ShutdownEvent event) {
    try {
      if (!grpc.shutdown().awaitTermination(FAREWELL_SECONDS, TimeUnit.SECONDS)) {
        grpc.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
