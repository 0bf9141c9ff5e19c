package dev.modelcompression.operator.release.decide;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a person asks for: {@code <verb>/<run id>}, and behind another slash whatever tells it from
 * the same command given before.
 *
 * @param verb what to do
 * @param runId the run that is meant
 */
record Command(Verb verb, String runId) {
  private static final Pattern FORM =
      Pattern.compile("([a-z]{1,16})/(r-[0-9a-f]{10})(?:/[A-Za-z0-9._:-]{1,64})?");

  /** What can be asked for. */
  enum Verb {
    PROMOTE,
    PAUSE,
    RESUME,
    ABORT,
    RETRY
  }

  /** Reads a command. Empty when it is none. */
  static Optional<Command> of(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    for (Verb verb : Verb.values()) {
      if (verb.name().toLowerCase(Locale.ROOT).equals(matcher.group(1))) {
        return Optional.of(new Command(verb, matcher.group(2)));
      }
    }
    return Optional.empty();
  }
}
