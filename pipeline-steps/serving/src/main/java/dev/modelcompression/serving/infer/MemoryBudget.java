package dev.modelcompression.serving.infer;

import dev.modelcompression.serving.infer.RequestException.Reason;
import java.util.concurrent.atomic.AtomicLong;

/** Memory that all requests in flight may have together, over both protocols. */
public final class MemoryBudget {
  /**
   * What requests are charged is what they have, so this could be more; but their answers and the
   * server itself are charged to nobody, and need their part.
   */
  private static final int SHARE_OF_HEAP = 3;

  /** A body is there twice while its memory grows, and a message beside the bytes it is made of. */
  private static final int COPIES = 2;

  /** What a message may have beside its tensors' elements, with room. */
  private static final int ENVELOPE = 1 << 20;

  private final long total;
  private final AtomicLong left;

  public MemoryBudget(long bytes) {
    total = bytes;
    left = new AtomicLong(bytes);
  }

  /** A third of the heap, and room for one request of the largest size to come in, in any case. */
  public static MemoryBudget ofHeap(int requestMax) {
    return new MemoryBudget(
        Math.max(
            (long) COPIES * requestMax + ENVELOPE,
            Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP));
  }

  /** What a new request will have of it. */
  public MemoryShare share() {
    return new MemoryShare(this);
  }

  /** Bytes that nobody has. */
  public long left() {
    return left.get();
  }

  /**
   * Takes that many.
   *
   * @param before what the same request has already
   * @throws RequestException they are not there: now, or for this request never
   */
  void take(long bytes, long before) {
    if (left.addAndGet(-bytes) >= 0) {
      return;
    }
    left.addAndGet(bytes);
    if (bytes > total - before) {
      // To come again would be of no use.
      throw new RequestException(
          Reason.TOO_LARGE,
          "the request needs more memory than the %d bytes that all have together"
              .formatted(total));
    }
    throw new RequestException(
        Reason.OVERLOADED, "the requests under way leave no memory for this one; try again later");
  }

  void giveBack(long bytes) {
    left.addAndGet(bytes);
  }
}
