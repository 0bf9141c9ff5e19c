package dev.modelcompression.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.api.Metric;
import dev.modelcompression.api.status.Reason;
import dev.modelcompression.operator.cluster.MetricsTable;
import dev.modelcompression.operator.release.ReleaseMetrics;
import dev.modelcompression.operator.report.RunMetrics;
import dev.modelcompression.operator.report.Samples;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The documented metrics are those that there are, and alerts ask for no others. */
class MetricsDocTest {
  private static final Path RULE =
      Path.of("../deploy/helm/model-compression-operator/templates/prometheusrule.yaml");
  private static final Pattern EXPRESSION = Pattern.compile("(?m)^  expr: (.*)$");

  /** A word that is neither a function nor in quotes, braces or brackets. */
  private static final Pattern NAME = Pattern.compile("\\b[a-z_]{2,}\\b(?!\\s*\\()");

  @Test
  void theTableHasOurMetricsWithTheirTags() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    new ReleaseMetrics(registry);
    RunMetrics metrics = new RunMetrics(registry);
    metrics.leader(() -> true);
    metrics.phases(Stream::empty);
    metrics.changed(
        Samples.running("r-1"),
        Samples.ended(
            "r-1", Reason.GATE_FAILED, List.of(Samples.gate(Metric.TOP1, "maxDrop", false))),
        List.of(Samples.done("evaluate", 1, 1)));
    Map<String, MetricsTable.Row> ours = new TreeMap<>();
    registry.getMeters().forEach(meter -> ours.put(name(meter.getId()), row(meter.getId())));
    Map<String, MetricsTable.Row> table = new TreeMap<>(MetricsTable.read());
    table.keySet().removeIf(name -> !name.startsWith("modelcompression_"));
    assertThat(table).isEqualTo(ours);
  }

  @Test
  void alertsAskForMetricsThatThereAre() throws IOException {
    Set<String> asked = new TreeSet<>();
    var expressions = EXPRESSION.matcher(Files.readString(RULE));
    while (expressions.find()) {
      String expression =
          expressions
              .group(1)
              .replaceAll("\\{\\{.*?}}", "")
              .replaceAll("\"[^\"]*\"|\\{[^}]*}|\\[[^]]*]|by \\([^)]*\\)", "");
      NAME.matcher(expression).results().forEach(found -> asked.add(found.group()));
    }
    // Prometheus' own word for a target that answers.
    asked.remove("up");
    assertThat(asked).hasSizeGreaterThan(3).isSubsetOf(MetricsTable.read().keySet());
  }

  /** Alerts link to them by name. */
  @Test
  void everyAlertHasASectionThatSaysWhatToDo() throws IOException {
    List<String> alerts = found("(?m)^- alert: (.*)$", Files.readString(RULE));
    assertThat(alerts).hasSizeGreaterThan(10);
    assertThat(found("(?m)^### (Model\\w+)$", Files.readString(Path.of("docs/metrics.md"))))
        .isEqualTo(alerts);
  }

  private static List<String> found(String pattern, String text) {
    return Pattern.compile(pattern).matcher(text).results().map(found -> found.group(1)).toList();
  }

  /** As Prometheus names it. */
  private static String name(Meter.Id id) {
    return id.getName().replace('.', '_')
        + switch (id.getType()) {
          case COUNTER -> "_total";
          case TIMER -> "_seconds";
          default -> "";
        };
  }

  private static MetricsTable.Row row(Meter.Id id) {
    return new MetricsTable.Row(
        id.getType().name().toLowerCase(java.util.Locale.ROOT),
        id.getTags().stream().map(Tag::getKey).sorted().toList());
  }
}
