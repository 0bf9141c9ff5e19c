package dev.modelcompression.cli.report.release;

import dev.modelcompression.cli.report.Pages;
import dev.modelcompression.cli.report.ReportJson;
import java.util.List;

/** {@code release.html} and {@code release.json}. */
public final class ReleaseHtml {
  private static final Pages PAGES =
      Pages.of(ReleaseHtml.class, "release", List.of(), List.of("release"));

  private ReleaseHtml() {}

  /** The page as text. */
  public static String render(ReleaseReport report) {
    return PAGES.render(ReleaseView.of(report));
  }

  /** The same for programs. */
  public static String json(ReleaseReport report) {
    return ReportJson.text(report);
  }
}
