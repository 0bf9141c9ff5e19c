package dev.modelcompression.operator.job;

import com.fasterxml.jackson.databind.node.ArrayNode;
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
    return of(
        compression,
        step,
        JsonNodeFactory.instance.arrayNode().add(uid).add(run).add(trial).add(step),
        "a" + attempt);
  }

  /**
   * Name of a Job, at most 63 characters.
   *
   * @param owner whose Job it is
   * @param task what it does
   * @param identity what tells it from all others of that owner and task
   * @param number which of several in a row, at most 6 characters
   */
  public static String of(String owner, String task, ArrayNode identity, String number) {
    return "%s-%s-%s-%s"
        .formatted(
            cut(owner.replace('.', '-'), MAX_NAME),
            cut(task, MAX_STEP),
            CanonicalJson.digest(identity).substring("sha256:".length(), "sha256:".length() + HASH),
            number);
  }

  private static String cut(String text, int length) {
    return text.length() <= length ? text : text.substring(0, length);
  }
}
