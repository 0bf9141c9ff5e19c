package dev.modelcompression.serving.rest;

import dev.modelcompression.serving.infer.RequestException;
import dev.modelcompression.serving.infer.RequestException.Reason;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.Consumer;

/** Collects the body of a request, whatever its content type says, up to a limit. */
final class RequestBody {
  /** What a header promises is not believed beyond this. */
  private static final int FIRST = 64 << 10;

  private final int limit;
  private final int expected;
  private final BodyBudget budget;
  private final Consumer<RequestException> refused;
  private Buffer received = Buffer.buffer();
  private long taken;
  private boolean given;

  /**
   * A body of which nothing has come yet.
   *
   * @param expected bytes that its header tells of
   */
  RequestBody(int limit, long expected, BodyBudget budget, Consumer<RequestException> refused) {
    this.limit = limit;
    this.expected = (int) Math.min(Math.max(expected, 0), FIRST);
    this.budget = budget;
    this.refused = refused;
  }

  /**
   * Reads the body.
   *
   * @param limit bytes that it may have
   * @param budget what all bodies may have; it has this one's bytes back after {@link #release}
   * @param complete gets it, in the connection's thread
   * @param refused gets why there is none; the rest of it is thrown away
   */
  static RequestBody read(
      HttpServerRequest request,
      int limit,
      BodyBudget budget,
      Consumer<byte[]> complete,
      Consumer<RequestException> refused) {
    long length = announced(request);
    var body = new RequestBody(limit, length, budget, refused);
    if (length > limit) {
      body.tooLarge();
    }
    request
        .handler(body::add)
        .endHandler(
            end -> {
              if (!body.given) {
                complete.accept(body.received.getBytes());
              }
            })
        .exceptionHandler(
            e -> body.refuse(RequestException.invalid("the body did not come to its end")))
        .resume();
    return body;
  }

  /** The request is answered, or will not be. Harmless when it is said again. */
  void release() {
    given = true;
    received = Buffer.buffer();
    budget.giveBack(taken);
    taken = 0;
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
    if (given) {
      return;
    }
    if (received.length() + (long) chunk.length() > limit) {
      tooLarge();
    } else if (!budget.take(chunk.length())) {
      refuse(
          new RequestException(
              Reason.OVERLOADED, "the requests under way leave no memory for the body"));
    } else {
      taken += chunk.length();
      if (received.length() == 0) {
        received = Buffer.buffer(expected);
      }
      received.appendBuffer(chunk);
    }
  }

  private void tooLarge() {
    refuse(
        new RequestException(
            Reason.TOO_LARGE,
            "the body has more than the %d bytes allowed (MC_REQUEST_MAX)".formatted(limit)));
  }

  private void refuse(RequestException e) {
    if (!given) {
      release();
      refused.accept(e);
    }
  }
}
