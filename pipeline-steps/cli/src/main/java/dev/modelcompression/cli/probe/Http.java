package dev.modelcompression.cli.probe;

import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/**
 * Sends requests over connections that are kept. Whatever goes wrong is told in a few words.
 *
 * <p>Setting {@code Host} needs {@code -Djdk.httpclient.allowRestrictedHeaders=host}, which the
 * launcher gives.
 */
final class Http {
  private static final int OK = 200;
  private static final int MULTIPLE_CHOICES = 300;

  private final HttpClient client;
  private final Duration timeout;
  private final long maxBytes;

  /** Why there is no proper answer, in a few words. */
  static final class FailedRequestException extends Exception {
    private static final long serialVersionUID = 1;

    FailedRequestException(String reason) {
      super(reason);
    }

    String reason() {
      return String.valueOf(getMessage());
    }
  }

  Http(Duration timeout, long maxBytes) {
    this.timeout = timeout;
    this.maxBytes = maxBytes;
    client =
        HttpClient.newBuilder()
            .version(Version.HTTP_1_1)
            .followRedirects(Redirect.NEVER)
            .connectTimeout(timeout)
            .build();
  }

  /**
   * The body of the answer. The time limit is for all of it: the client's own ends with the first
   * byte.
   *
   * @throws FailedRequestException another status than 2xx, or none
   */
  byte[] send(HttpRequest request) throws FailedRequestException, InterruptedException {
    var answer = client.sendAsync(request, LimitedBody.of(maxBytes));
    try {
      var response = answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
      if (response.statusCode() < OK || response.statusCode() >= MULTIPLE_CHOICES) {
        throw new FailedRequestException("HTTP " + response.statusCode());
      }
      return response.body();
    } catch (TimeoutException e) {
      throw new FailedRequestException("timed out");
    } catch (ExecutionException e) {
      throw new FailedRequestException(reason(e));
    } finally {
      answer.cancel(true);
    }
  }

  private static String reason(Throwable failure) {
    Throwable cause = failure;
    while ((cause instanceof ExecutionException || cause instanceof CompletionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof HttpTimeoutException) {
      return "timed out";
    }
    if (cause instanceof ConnectException connect) {
      return hasCause(connect, UnresolvedAddressException.class)
              || hasCause(connect, UnknownHostException.class)
          ? "unknown host"
          : "connection refused";
    }
    if (cause instanceof SSLException) {
      return "TLS failed";
    }
    if (cause instanceof IOException && "answer too long".equals(cause.getMessage())) {
      return "answer too long";
    }
    return cause instanceof IOException
        ? "connection lost"
        : "failed: " + cause.getClass().getSimpleName();
  }

  private static boolean hasCause(Throwable failure, Class<? extends Throwable> type) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (type.isInstance(cause)) {
        return true;
      }
    }
    return false;
  }
}
