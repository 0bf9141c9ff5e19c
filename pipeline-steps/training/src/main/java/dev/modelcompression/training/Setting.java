package dev.modelcompression.training;

/** Refuses settings out of range. */
final class Setting {
  private Setting() {}

  static void check(String name, double found, double least, double most) {
    if (!(found >= least && found <= most)) {
      throw new IllegalArgumentException(
          "setting "
              + name
              + ": found "
              + text(found)
              + ", allowed "
              + text(least)
              + " to "
              + text(most));
    }
  }

  private static String text(double number) {
    return number == Math.rint(number) && Math.abs(number) < 1e15
        ? Long.toString((long) number)
        : Double.toString(number);
  }
}
