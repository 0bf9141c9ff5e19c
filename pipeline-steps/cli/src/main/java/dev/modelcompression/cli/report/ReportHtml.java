package dev.modelcompression.cli.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * {@code report.html}.
 *
 * <p>Names of files, models, layers and classes come from outside: every value is escaped.
 */
public final class ReportHtml {
  private static final Pages PAGES =
      Pages.of(ReportHtml.class, "report", List.of("bar", "bars", "classes"), List.of());

  private ReportHtml() {}

  /** The page as text. */
  public static String render(Report report) {
    return PAGES.render(ReportView.of(report));
  }

  /** Writes the page to a file, which is whole or not there at all. */
  public static void write(Report report, Path file) throws IOException {
    AtomicFile.write(file, render(report));
  }
}
