package dev.modelcompression.cli.writeback;

import dev.modelcompression.contract.WriteBackRequest;
import dev.modelcompression.data.InvalidDataException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.eclipse.jgit.errors.NoRemoteRepositoryException;

/** Tells what people have to change from what may be better later. */
final class Failure {
  private final WriteBackRequest request;

  Failure(WriteBackRequest request) {
    this.request = request;
  }

  /** What to throw for a failure of JGit, whose messages are its only kinds. */
  RuntimeException of(Exception e) {
    String told = told(e);
    if (causes(e).anyMatch(Failure::isAway)) {
      return new GitServerException(request.repository() + ": cannot be reached: " + last(e), e);
    }
    if (told.contains("server key did not validate")) {
      return refused(
          "the server's key is not the one in known_hosts; compare it with what the server's owner"
              + " publishes, then put it there",
          e);
    }
    if (isRefused(told)) {
      return refused(
          "the server does not accept the credential; see that the Secret holds a valid one that may"
              + " write to this repository",
          e);
    }
    if (causes(e).anyMatch(SSLException.class::isInstance)) {
      return refused(
          "the server's certificate is not trusted; for one of your own authority put ca.crt into"
              + " the Secret",
          e);
    }
    if (causes(e).anyMatch(NoRemoteRepositoryException.class::isInstance)
        || told.contains("not found")
        || told.contains("does not appear to be a git repository")) {
      return new InvalidDataException(
          request.repository() + ": no such repository, or the credential may not see it", e);
    }
    return new GitServerException(request.repository() + ": " + last(e), e);
  }

  private static boolean isAway(Throwable cause) {
    return cause instanceof ConnectException
        || cause instanceof UnknownHostException
        || cause instanceof SocketTimeoutException;
  }

  private static boolean isRefused(String told) {
    return Stream.of(
            "not authorized",
            "authentication is required",
            "authentication not supported",
            "not permitted",
            "no more authentication methods",
            "cannot log in",
            "permission denied",
            "auth fail")
        .anyMatch(told::contains);
  }

  private IllegalArgumentException refused(String why, Exception e) {
    return new IllegalArgumentException(request.repository() + ": " + why, e);
  }

  private static String told(Exception e) {
    return causes(e)
        .map(cause -> String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT))
        .collect(Collectors.joining("\n"));
  }

  /** The innermost message, which says most. */
  private static String last(Exception e) {
    return causes(e)
        .map(Throwable::getMessage)
        .filter(message -> message != null && !message.isBlank())
        .reduce((outer, inner) -> inner)
        .orElse("cannot be reached");
  }

  private static Stream<Throwable> causes(Throwable e) {
    return Stream.iterate(e, cause -> cause != null, Throwable::getCause).limit(20);
  }
}
