package dev.modelcompression.operator.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The table of metrics in the documentation. */
public final class MetricsTable {
  private static final Path PAGE = Path.of("docs/metrics.md");
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| `([a-z_]+)` \\| ([a-z]+) \\| ([^|]*)\\|");

  private MetricsTable() {}

  /**
   * A metric.
   *
   * @param type counter, gauge or timer
   * @param tags names of tags, sorted
   */
  public record Row(String type, List<String> tags) {}

  /** Its rows, by the names of metrics. */
  public static Map<String, Row> read() {
    String page;
    try {
      page = Files.readString(PAGE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Map<String, Row> rows = new TreeMap<>();
    var matcher = ROW.matcher(page);
    while (matcher.find()) {
      List<String> tags =
          Pattern.compile(",")
              .splitAsStream(matcher.group(3).replace("`", ""))
              .map(String::strip)
              .filter(tag -> !tag.isEmpty())
              .toList();
      rows.put(matcher.group(1), new Row(matcher.group(2), tags));
    }
    return rows;
  }
}
