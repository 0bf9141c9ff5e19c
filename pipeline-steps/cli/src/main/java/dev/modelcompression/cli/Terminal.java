package dev.modelcompression.cli;

/** What the process's terminal is. */
final class Terminal {
  /** The launcher sets this after asking the shell, which knows each stream apart. */
  private static final String INTERACTIVE = "mc.interactive";

  private static final String COLOUR = "mc.colour";

  private Terminal() {}

  /** Whether a person watches standard error, so that bars and colours make sense. */
  static boolean isInteractive() {
    return Boolean.getBoolean(INTERACTIVE);
  }

  /** Whether standard output is a terminal, so that colours make sense there. */
  static boolean coloursOutput() {
    return Boolean.getBoolean(COLOUR);
  }
}
