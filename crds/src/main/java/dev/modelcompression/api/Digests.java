package dev.modelcompression.api;

/** How digests are written in the API. */
final class Digests {
  static final String PATTERN = "^sha256:[a-f0-9]{64}$";

  private Digests() {}
}
