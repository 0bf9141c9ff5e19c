package dev.modelcompression.serving.rest;

import dev.modelcompression.serving.infer.MemoryShare;
import dev.modelcompression.serving.infer.RequestException;
import dev.modelcompression.serving.infer.RequestException.Reason;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.Arrays;
import java.util.function.Consumer;

/** Collects the body of a request, whatever its content type says, up to a limit. */
final class RequestBody {
  /** What a header promises is not believed beyond this, or twice what has come. */
  private static final int FIRST = 16 << 10;

  private static final byte[] NOTHING = {};

  private final int limit;
  private final long announced;
  private final MemoryShare memory;
  private final Consumer<RequestException> refused;
  private byte[] received = NOTHING;
  private int length;
  private boolean over;

  /**
   * A body of which nothing has come yet.
   *
   * @param announced bytes that its header tells of; -1 when it does not
   * @param memory what the bytes are charged to
   */
  RequestBody(int limit, long announced, MemoryShare memory, Consumer<RequestException> refused) {
    this.limit = limit;
    this.announced = announced;
    this.memory = memory;
    this.refused = refused;
  }

  /**
   * Reads the body.
   *
   * @param limit bytes that it may have
   * @param memory what its bytes are charged to; of what is complete, they stay charged
   * @param complete gets it, in the connection's thread
   * @param refused gets why there is none; the rest of it is thrown away
   */
  static void read(
      HttpServerRequest request,
      int limit,
      MemoryShare memory,
      Consumer<byte[]> complete,
      Consumer<RequestException> refused) {
    long announced = announced(request);
    var body = new RequestBody(limit, announced, memory, refused);
    if (announced > limit) {
      body.tooLarge();
    }
    request
        .handler(body::add)
        .endHandler(end -> body.finish(complete))
        .exceptionHandler(
            e -> body.refuse(RequestException.invalid("the body did not come to its end")))
        .resume();
  }

  private static long announced(HttpServerRequest request) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    try {
      return length == null ? -1 : Long.parseLong(length);
    } catch (NumberFormatException e) {
      return -1; // the HTTP server has its own opinion of it
    }
  }

  void add(Buffer chunk) {
    if (over) {
      return;
    }
    int needed = chunk.length();
    if (length + (long) needed > limit) {
      tooLarge();
      return;
    }
    try {
      if (length + needed > received.length) {
        resize(capacity(length + needed));
      }
    } catch (RequestException e) {
      refuse(e);
      return;
    }
    chunk.getBytes(0, needed, received, length);
    length += needed;
  }

  /** All has come. */
  void finish(Consumer<byte[]> complete) {
    if (over) {
      return;
    }
    try {
      if (length < received.length) {
        resize(length);
      }
    } catch (RequestException e) {
      refuse(e);
      return;
    }
    over = true;
    byte[] all = received;
    received = NOTHING;
    complete.accept(all);
  }

  /** Bytes to allocate for those that are needed: no more than will come, if that is known. */
  private int capacity(int needed) {
    long wanted = Math.max(needed, length == 0 ? Math.min(announced, FIRST) : 2L * received.length);
    return (int) Math.min(wanted, needed <= announced ? announced : limit);
  }

  private void resize(int capacity) {
    memory.take(capacity);
    int before = received.length;
    received = Arrays.copyOf(received, capacity);
    memory.giveBack(before);
  }

  private void tooLarge() {
    refuse(
        new RequestException(
            Reason.TOO_LARGE,
            "the body has more than the %d bytes allowed (MC_REQUEST_MAX)".formatted(limit)));
  }

  private void refuse(RequestException e) {
    if (!over) {
      over = true;
      int before = received.length;
      received = NOTHING;
      memory.giveBack(before);
      refused.accept(e);
    }
  }
}
