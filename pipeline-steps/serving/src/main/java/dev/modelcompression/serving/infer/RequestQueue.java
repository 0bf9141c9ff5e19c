package dev.modelcompression.serving.infer;

import dev.modelcompression.runtime.serve.ModelRunner;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Requests in the order of their arrival, taken out in batches.
 *
 * <p>A batch is what waits anyway: the first request and those right behind it that fit. Only with
 * a delay is a batch that is not full held back, and never longer than the delay since its first
 * request came.
 */
final class RequestQueue {
  private final int capacity;
  private final long delayNanos;
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean closed;

  RequestQueue(int capacity, Duration delay) {
    this.capacity = capacity;
    this.delayNanos = delay.toNanos();
  }

  /** False when it is full or closed. */
  boolean offer(Waiting request) {
    lock.lock();
    try {
      if (closed || waiting.size() >= capacity) {
        return false;
      }
      waiting.add(request);
      changed.signal();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for requests and takes those of the next batch.
   *
   * @param maxRows rows that it may have; a single request may have more
   * @return empty when the queue is closed and nothing is left
   */
  List<Waiting> take(int maxRows) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (true) {
        var first = waiting.peek();
        if (first == null) {
          if (closed) {
            return List.of();
          }
          changed.await();
          continue;
        }
        var batch = batch(first, maxRows);
        long left = delayNanos - (System.nanoTime() - first.since());
        if (left <= 0 || closed || batch.full()) {
          batch.requests().forEach(each -> waiting.remove());
          if (!waiting.isEmpty()) {
            changed.signal();
          }
          return batch.requests();
        }
        changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  int size() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }

  /** Open and empty. */
  boolean nobodyWaits() {
    lock.lock();
    try {
      return !closed && waiting.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** Nothing is taken in any more; what waits is still taken out. */
  void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Full: the next request would not fit, or no row is left. */
  private record Batch(List<Waiting> requests, boolean full) {}

  private Batch batch(Waiting first, int maxRows) {
    List<Waiting> requests = new ArrayList<>();
    long rows = 0;
    for (Waiting each : waiting) {
      if (!requests.isEmpty()
          && (rows + each.rows() > maxRows || !ModelRunner.fit(first.inputs(), each.inputs()))) {
        return new Batch(requests, true);
      }
      requests.add(each);
      rows += each.rows();
      if (rows >= maxRows) {
        return new Batch(requests, true);
      }
    }
    return new Batch(requests, false);
  }
}
