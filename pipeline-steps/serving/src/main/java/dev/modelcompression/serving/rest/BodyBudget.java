package dev.modelcompression.serving.rest;

import java.util.concurrent.atomic.AtomicLong;

/** Bytes that the bodies of all requests in flight may have together. */
final class BodyBudget {
  /** A body is there three times at worst: while it grows, whole, and as tensors. */
  private static final int SHARE_OF_HEAP = 4;

  private final AtomicLong left;

  BodyBudget(long bytes) {
    left = new AtomicLong(bytes);
  }

  /** A quarter of the heap, and room for one request of the largest size in any case. */
  static BodyBudget ofHeap(int requestMax) {
    return new BodyBudget(Math.max(requestMax, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP));
  }

  /** Takes that many, if they are there. */
  boolean take(int bytes) {
    if (left.addAndGet(-bytes) >= 0) {
      return true;
    }
    left.addAndGet(bytes);
    return false;
  }

  void giveBack(long bytes) {
    left.addAndGet(bytes);
  }
}
