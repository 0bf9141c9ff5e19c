package dev.modelcompression.cli.report;

import java.util.List;
import picocli.CommandLine.Help.Ansi.Style;

/**
 * Gates on a terminal, two lines for one that failed: the limit, what was found, what is missing.
 */
public final class GateTable {
  private GateTable() {}

  /**
   * The table; empty without gates.
   *
   * @param ansi whether to colour
   */
  public static String render(List<Gate> gates, boolean ansi) {
    List<GateText> texts = gates.stream().map(GateText::of).toList();
    int metricWidth = TerminalText.widest(texts.stream().map(GateText::metric).toList());
    int limitWidth = TerminalText.widest(texts.stream().map(GateText::limit).toList());
    var table = new StringBuilder();
    for (int i = 0; i < texts.size(); i++) {
      GateText text = texts.get(i);
      boolean passed = gates.get(i).passed();
      Style colour = passed ? Style.fg_green : Style.fg_red;
      table
          .append(TerminalText.styled(passed ? "\u2713" : "\u2717", ansi, colour))
          .append(' ')
          .append(TerminalText.padded(text.metric(), metricWidth))
          .append(TerminalText.GAP)
          .append(TerminalText.padded(text.limit(), limitWidth))
          .append(TerminalText.GAP)
          .append(TerminalText.plain(text.value()))
          .append('\n');
      if (!text.missed().isEmpty()) {
        table
            .append(" ".repeat(2 + metricWidth))
            .append(TerminalText.GAP)
            .append(TerminalText.styled(TerminalText.plain(text.missed()), ansi, colour))
            .append('\n');
      }
    }
    return table.toString();
  }
}
