package dev.modelcompression.serving.grpc;

import dev.modelcompression.serving.infer.MemoryBudget;
import dev.modelcompression.serving.infer.MemoryShare;
import dev.modelcompression.serving.infer.RequestException;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Charges a call's messages to the memory budget while their bytes come in, and gives all back when
 * the call is over. An interceptor would be too late: it sees a message when all of it is there,
 * and clients can have many under way that never come to their end.
 *
 * <p>There is one per call. All but the end is said by the connection's own thread.
 */
final class CallMemory extends ServerStreamTracer {
  /** Bytes as they came, and the message that is made of them before they go. */
  private static final int COPIES = 2;

  private static final Context.Key<CallMemory> CURRENT = Context.key("memory");

  private final MemoryShare share;
  private long charged;
  private long uncompressed;
  private boolean refused;
  private @Nullable Consumer<RequestException> whenRefused;

  private CallMemory(MemoryShare share) {
    this.share = share;
  }

  /** Makes one for each call. */
  static ServerStreamTracer.Factory factory(MemoryBudget budget) {
    return new ServerStreamTracer.Factory() {
      @Override
      public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
        return new CallMemory(budget.share());
      }
    };
  }

  /** That of the call which the thread is at work for. */
  static CallMemory current() {
    return Objects.requireNonNull(CURRENT.get(), "a call without memory");
  }

  MemoryShare share() {
    return share;
  }

  /** Whether there was no memory for a message: what there is of it is of no use. */
  boolean refused() {
    return refused;
  }

  /** Who closes the call. */
  void whenRefused(Consumer<RequestException> close) {
    whenRefused = close;
  }

  @Override
  public Context filterContext(Context context) {
    return context.withValue(CURRENT, this);
  }

  @Override
  public void inboundWireSize(long bytes) {
    take(COPIES * bytes);
  }

  /** Of compressed messages it is known only while they are read. */
  @Override
  public void inboundUncompressedSize(long bytes) {
    uncompressed += bytes;
    take(Math.max(0, uncompressed - charged));
  }

  @Override
  public void streamClosed(Status status) {
    share.ended();
  }

  private void take(long bytes) {
    if (refused) {
      return;
    }
    try {
      share.take(bytes);
      charged += bytes;
    } catch (RequestException e) {
      refused = true;
      if (whenRefused != null) {
        whenRefused.accept(e);
      }
    }
  }
}
