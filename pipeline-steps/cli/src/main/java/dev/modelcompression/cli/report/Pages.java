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
import java.util.List;

/**
 * Pages in the look of all reports: one file that needs nothing else, no network and no script, so
 * that it shows in a mail, behind a strict content security policy and on paper. Every value is
 * escaped.
 */
public final class Pages {
  /** The style that all reports share. */
  private static final String STYLE = resource(Pages.class, "report.css");

  private final Template template;
  private final RawString style;

  private Pages(Template template, RawString style) {
    this.template = template;
    this.style = style;
  }

  /**
   * The pages of a template.
   *
   * @param owner class beside which the resources are
   * @param name of the template, without {@code .html}
   * @param parts templates that it includes
   * @param more style sheets that it needs besides, without {@code .css}
   */
  public static Pages of(Class<?> owner, String name, List<String> parts, List<String> more) {
    Engine engine =
        Engine.builder()
            .addDefaults()
            .addValueResolver(new ReflectionValueResolver())
            .addResultMapper(new HtmlEscaper(List.of(Variant.TEXT_HTML)))
            .build();
    Variant html = Variant.forContentType(Variant.TEXT_HTML);
    parts.forEach(
        part -> engine.putTemplate(part, engine.parse(resource(owner, part + ".html"), html)));
    var style = new StringBuilder(STYLE);
    more.forEach(sheet -> style.append(resource(owner, sheet + ".css")));
    return new Pages(
        engine.parse(resource(owner, name + ".html"), html), new RawString(style.toString()));
  }

  /** The page of a view, which the template knows as {@code view}. */
  public String render(Object view) {
    return template.data("view", view).data("style", style).render();
  }

  private static String resource(Class<?> owner, String name) {
    try (InputStream in = owner.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("resource " + name + " is not in the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
