package dev.modelcompression.contract;

/** Makes text from elsewhere fit to be shown. */
public final class Text {
  private Text() {}

  /**
   * One line of at most {@code chars} characters: whatever ends a line, moves the cursor, turns the
   * direction of writing or is half a character becomes a space.
   */
  public static String line(String text, int chars) {
    var line = new StringBuilder(Math.min(text.length(), chars));
    for (int at = 0; at < text.length(); ) {
      int character = text.codePointAt(at);
      if (line.length() + Character.charCount(character) > chars) {
        break;
      }
      line.appendCodePoint(isShown(character) ? character : ' ');
      at += Character.charCount(character);
    }
    return line.toString();
  }

  private static boolean isShown(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
