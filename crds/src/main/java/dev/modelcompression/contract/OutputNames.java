package dev.modelcompression.contract;

import java.util.Map;
import java.util.regex.Pattern;

/**
 * Bounds of what may be named in a termination message. They are narrow, because the text comes
 * from a pod and goes into the status, and small, so that all of it always fits.
 */
final class OutputNames {
  /** How many artifacts one message may name. */
  static final int MAX_ARTIFACTS = 8;

  private static final int MAX_URI = 128;

  private static final long MAX_BYTES = 1L << 50;

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

  /** A path without {@code .} and {@code ..}, relative to the output folder. */
  private static final Pattern RELATIVE =
      Pattern.compile("(?!\\.{1,2}(/|$))[A-Za-z0-9._-]+(/(?!\\.{1,2}(/|$))[A-Za-z0-9._-]+)*");

  private OutputNames() {}

  static void requireName(String what, String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "%s: name '%s', expected 1 to 63 letters, digits, '.', '_' and '-'"
              .formatted(what, Text.line(name, 63)));
    }
  }

  static void requireBounded(String what, Map<String, Artifact> outputs) {
    if (outputs.size() > MAX_ARTIFACTS) {
      throw new IllegalArgumentException(
          "%s: has %d outputs, expected at most %d".formatted(what, outputs.size(), MAX_ARTIFACTS));
    }
    outputs.forEach(
        (key, output) -> {
          requireName(what + " output", key);
          if (!key.equals(output.name())) {
            throw new IllegalArgumentException(
                "%s output '%s': its name is '%s'"
                    .formatted(what, key, Text.line(output.name(), 63)));
          }
          // So that sizes can be added.
          if (output.bytes() > MAX_BYTES) {
            throw new IllegalArgumentException(
                "%s output '%s': bytes is %d, expected at most %d"
                    .formatted(what, key, output.bytes(), MAX_BYTES));
          }
          if (output.uri().length() > MAX_URI || !RELATIVE.matcher(output.uri()).matches()) {
            throw new IllegalArgumentException(
                "%s output '%s': uri is '%s', expected a path within the output folder of at most %d characters"
                    .formatted(what, key, Text.line(output.uri(), MAX_URI), MAX_URI));
          }
        });
  }
}
