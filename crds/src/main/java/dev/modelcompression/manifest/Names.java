package dev.modelcompression.manifest;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** Finds what a misspelt name was meant to be. */
final class Names {
  private Names() {}

  /** The nearest known name, when it is near enough to be meant. */
  static Optional<String> nearest(String found, Collection<String> known) {
    return known.stream()
        .filter(name -> distance(found, name) <= Math.max(1, name.length() / 3))
        .min(Comparator.<String>comparingInt(name -> distance(found, name)).thenComparing(n -> n));
  }

  /** {@code ; did you mean 'x'?}, or nothing. */
  static String hint(String found, Collection<String> known) {
    return nearest(found, known).map(name -> "; did you mean '" + name + "'?").orElse("");
  }

  /** What to say about a field that is not known. */
  static String unknown(String found, Collection<String> known) {
    return unknown("field", found, known);
  }

  /** What to say about a name that is not known. */
  static String unknown(String kind, String found, Collection<String> known) {
    return "unknown "
        + kind
        + hint(found, known)
        + (hint(found, known).isEmpty() ? "; known: " : " Known: ")
        + (known.isEmpty() ? "none" : String.join(", ", known));
  }

  private static int distance(String found, String known) {
    return LevenshteinDistance.getDefaultInstance()
        .apply(found.toLowerCase(Locale.ROOT), known.toLowerCase(Locale.ROOT));
  }
}
