package dev.modelcompression.cli.writeback;

import org.jspecify.annotations.Nullable;

/** A Git server or its API cannot be reached or is not able to answer: it may be later. */
public final class GitServerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  GitServerException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
