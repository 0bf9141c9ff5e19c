package dev.modelcompression.api;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Pattern;

/** Durations as the API writes them: {@code 90s}, {@code 30m}, {@code 1h30m}. */
public final class Durations {
  /** CEL and schema: a text is a duration. */
  public static final String PATTERN =
      "^([1-9][0-9]{0,4}h([1-9][0-9]{0,4}m)?([1-9][0-9]{0,4}s)?|[1-9][0-9]{0,4}m([1-9][0-9]{0,4}s)?|[1-9][0-9]{0,4}s)$";

  private static final Pattern FORM = Pattern.compile(PATTERN);

  private Durations() {}

  /**
   * Reads a duration.
   *
   * @throws IllegalArgumentException the text is not a duration longer than nothing
   */
  public static Duration parse(String text) {
    if (!FORM.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a duration; write one such as 90s, 30m or 1h30m");
    }
    return Duration.parse("PT" + text.toUpperCase(Locale.ROOT));
  }
}
