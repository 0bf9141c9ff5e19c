package dev.modelcompression.cli.report;

import java.util.List;
import picocli.CommandLine.Help.Ansi.IStyle;
import picocli.CommandLine.Help.Ansi.Style;

/** Text for a terminal, in columns and colours; no name in it can steer the terminal. */
final class TerminalText {
  /** Between two columns. */
  static final String GAP = "  ";

  private TerminalText() {}

  static String styled(String text, boolean ansi, IStyle... styles) {
    return ansi ? Style.on(styles) + text + Style.on(Style.reset) : text;
  }

  /** The text cut or filled to a width. */
  static String padded(String text, int width) {
    String plain = plain(text);
    int length = length(plain);
    return length > width
        ? plain.substring(0, plain.offsetByCodePoints(0, width - 1)) + "\u2026"
        : plain + " ".repeat(width - length);
  }

  static int widest(List<String> texts) {
    return texts.stream().mapToInt(TerminalText::length).max().orElse(0);
  }

  static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  /** Without control characters. */
  static String plain(String text) {
    return text.replace('\u00a0', ' ').replaceAll("\\p{Cntrl}", "?");
  }
}
