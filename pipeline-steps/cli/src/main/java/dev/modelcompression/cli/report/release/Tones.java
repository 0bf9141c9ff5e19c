package dev.modelcompression.cli.report.release;

import dev.modelcompression.api.release.status.Verdict;

/** How verdicts look, and what they are called. */
final class Tones {
  private Tones() {}

  static String of(Verdict verdict) {
    return switch (verdict) {
      case PASS -> "good";
      case FAIL -> "bad";
      case INCONCLUSIVE -> "warn";
    };
  }

  static String word(Verdict verdict) {
    return switch (verdict) {
      case PASS -> "passed";
      case FAIL -> "failed";
      case INCONCLUSIVE -> "undecided";
    };
  }

  static String symbol(Verdict verdict) {
    return switch (verdict) {
      case PASS -> "\u2713";
      case FAIL -> "\u2717";
      case INCONCLUSIVE -> "?";
    };
  }
}
