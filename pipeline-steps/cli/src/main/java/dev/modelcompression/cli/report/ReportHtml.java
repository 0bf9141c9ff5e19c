package dev.modelcompression.cli.report;

import io.quarkus.qute.Engine;
import io.quarkus.qute.HtmlEscaper;
import io.quarkus.qute.RawString;
import io.quarkus.qute.ReflectionValueResolver;
import io.quarkus.qute.Template;
import io.quarkus.qute.Variant;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * {@code report.html}: one file that needs nothing else, no network and no script, so that it shows
 * in a mail, behind a strict content security policy and on paper.
 *
 * <p>Names of files, models, layers and classes come from outside: every value is escaped.
 */
public final class ReportHtml {
  private static final Template TEMPLATE = template();
  private static final RawString STYLE = new RawString(resource("report.css"));

  private ReportHtml() {}

  /** The page as text. */
  public static String render(Report report) {
    return TEMPLATE.data("view", ReportView.of(report)).data("style", STYLE).render();
  }

  /** Writes the page to a file, which is whole or not there at all. */
  public static void write(Report report, Path file) throws IOException {
    AtomicFile.write(file, render(report));
  }

  private static Template template() {
    Engine engine =
        Engine.builder()
            .addDefaults()
            .addValueResolver(new ReflectionValueResolver())
            .addResultMapper(new HtmlEscaper(List.of(Variant.TEXT_HTML)))
            .build();
    Variant html = Variant.forContentType(Variant.TEXT_HTML);
    for (String part : List.of("bar", "bars", "classes")) {
      engine.putTemplate(part, engine.parse(resource(part + ".html"), html));
    }
    return engine.parse(resource("report.html"), html);
  }

  private static String resource(String name) {
    try (InputStream in = ReportHtml.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("resource " + name + " is not in the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
