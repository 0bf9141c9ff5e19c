package dev.modelcompression.operator.trace;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A span that is over.
 *
 * @param traceId 32 hex digits
 * @param spanId 16 hex digits
 * @param parentId the span that it is a part of; null for the root
 * @param name what was done
 * @param start since when
 * @param end until when, not before the start
 * @param error why it is no success; null for a success
 * @param attributes strings and whole numbers
 */
public record RunSpan(
    String traceId,
    String spanId,
    @Nullable String parentId,
    String name,
    Instant start,
    Instant end,
    @Nullable String error,
    Map<String, Object> attributes) {
  public RunSpan {
    end = end.isBefore(start) ? start : end;
    attributes = Map.copyOf(attributes);
  }
}
