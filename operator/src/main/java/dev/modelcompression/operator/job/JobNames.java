package dev.modelcompression.operator.job;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.modelcompression.contract.CanonicalJson;

/**
 * Names of Jobs. The same attempt always has the same name: whoever starts it a second time, after
 * a crash or with a stale cache, finds that it exists.
 */
public final class JobNames {
  private static final int MAX_NAME = 30;
  private static final int MAX_STEP = 16;
  private static final int HASH = 8;

  private JobNames() {}

  /** Name of the Job of an attempt, at most 63 characters. */
  public static String of(
      String compression, String uid, String run, int trial, String step, int attempt) {
    String identity =
        CanonicalJson.digest(
                JsonNodeFactory.instance.arrayNode().add(uid).add(run).add(trial).add(step))
            .substring("sha256:".length());
    return "%s-%s-%s-a%d"
        .formatted(
            cut(compression.replace('.', '-'), MAX_NAME),
            cut(step, MAX_STEP),
            identity.substring(0, HASH),
            attempt);
  }

  private static String cut(String text, int length) {
    return text.length() <= length ? text : text.substring(0, length);
  }
}
