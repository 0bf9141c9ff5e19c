package dev.modelcompression.operator.trace;

import java.util.List;

/** Where spans go. */
public interface Traces extends AutoCloseable {
  /** Nowhere. */
  Traces OFF = spans -> {};

  /** Sends spans, sooner or later; never fails, and waits for nobody. */
  void send(List<RunSpan> spans);

  /** Sends what is left. */
  @Override
  default void close() {}
}
