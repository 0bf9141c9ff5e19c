package dev.modelcompression.cli.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.commons.text.WordUtils;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Ansi.IStyle;
import picocli.CommandLine.Help.Ansi.Style;

/**
 * The end of a run on a terminal: verdict, gates, the table of stages and where the report is.
 *
 * <p>Control characters in names are replaced, so that no file name can steer the terminal.
 */
public final class ConsoleReport {
  private static final int NARROWEST = 40;

  private final Report report;
  private final int width;
  private final boolean ansi;
  private final StringBuilder out = new StringBuilder();

  private ConsoleReport(Report report, int width, boolean ansi) {
    this.report = report;
    this.width = Math.max(width, NARROWEST);
    this.ansi = ansi;
  }

  /**
   * The text, ending with a line break.
   *
   * @param page where {@code report.html} is; null when none was written
   * @param width of the terminal in columns
   * @param ansi whether to colour
   */
  public static String render(Report report, @Nullable Path page, int width, boolean ansi) {
    var console = new ConsoleReport(report, width, ansi);
    console.verdict();
    console.gates();
    console.stages();
    console.end(page);
    return console.out.toString();
  }

  private void verdict() {
    Verdict verdict = report.verdict();
    line(
        styled(
                verdict.symbol() + " " + verdict.label(),
                Style.bold,
                switch (verdict) {
                  case Passed -> Style.fg_green;
                  case Failed -> Style.fg_red;
                  case BestEffort, Incomplete -> Style.fg_yellow;
                })
            + TerminalText.GAP
            + TerminalText.plain(report.name()));
    String judged = (report.summary() + " " + report.evaluatedOn()).strip();
    line(WordUtils.wrap(TerminalText.plain(judged), width, "\n", false));
  }

  private void gates() {
    if (report.gates().isEmpty()) {
      return;
    }
    line("");
    out.append(GateTable.render(report.gates(), ansi));
  }

  private void stages() {
    StageTable table = StageTable.of(report);
    var rows = new ArrayList<List<String>>();
    rows.add(header(table));
    for (StageTable.Row row : table.rows()) {
      var cells = new ArrayList<String>();
      cells.add(row.headline() ? row.name() : TerminalText.GAP + row.name());
      row.cells().forEach(cell -> cells.add(cell.value()));
      rows.add(cells);
    }
    if (report.result() != null) {
      var change = new ArrayList<>(List.of("vs original"));
      table
          .rows()
          .get(table.rows().size() - 1)
          .cells()
          .forEach(cell -> change.add(cell.compared()));
      rows.add(change);
    }
    line("");
    int[] widths = widths(rows);
    for (int i = 0; i < rows.size(); i++) {
      String text = row(rows.get(i), widths);
      boolean headline = i > 0 && i <= table.rows().size() && table.rows().get(i - 1).headline();
      line(i == 0 ? styled(text, Style.faint) : headline ? styled(text, Style.bold) : text);
    }
  }

  private static List<String> header(StageTable table) {
    var header = new ArrayList<>(List.of(""));
    table.columns().forEach(column -> header.add(column.label()));
    return header;
  }

  /** The numbers get what they need, the names the rest. */
  private int[] widths(List<List<String>> rows) {
    int columns = rows.get(0).size();
    var widths = new int[columns];
    int numbers = 0;
    for (int column = 1; column < columns; column++) {
      int at = column;
      widths[column] = TerminalText.widest(rows.stream().map(row -> row.get(at)).toList());
      numbers += widths[column] + TerminalText.GAP.length();
    }
    int names = TerminalText.widest(rows.stream().map(row -> row.get(0)).toList());
    widths[0] = Math.min(names, Math.max(10, width - numbers));
    return widths;
  }

  private static String row(List<String> cells, int[] widths) {
    var row = new StringBuilder(TerminalText.padded(cells.get(0), widths[0]));
    for (int column = 1; column < cells.size(); column++) {
      String cell = TerminalText.plain(cells.get(column));
      row.append(TerminalText.GAP)
          .append(" ".repeat(widths[column] - TerminalText.length(cell)))
          .append(cell);
    }
    return row.toString();
  }

  private void end(@Nullable Path page) {
    line("");
    Map<Stage.State, Long> states =
        report.stages().stream()
            .collect(Collectors.groupingBy(Stage::state, TreeMap::new, Collectors.counting()));
    String steps =
        states.entrySet().stream()
            .map(entry -> entry.getValue() + " " + entry.getKey().name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(", "));
    if (!steps.isEmpty()) {
      line("Steps   " + steps);
    }
    if (page != null) {
      line("Report  " + styled(TerminalText.plain(page.toString()), Style.underline));
    }
  }

  private void line(String text) {
    out.append(text.stripTrailing()).append('\n');
  }

  private String styled(String text, IStyle... styles) {
    return TerminalText.styled(text, ansi, styles);
  }
}
