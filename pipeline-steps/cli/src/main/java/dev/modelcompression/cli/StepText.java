package dev.modelcompression.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.modelcompression.api.Metric;
import dev.modelcompression.api.StepType;
import dev.modelcompression.contract.Artifact;
import dev.modelcompression.contract.StepReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What one step did, for people at a terminal. */
final class StepText {
  private static final int MOST_NODES = 12;

  private final StepReport report;
  private final StringBuilder text = new StringBuilder();

  private StepText(StepReport report) {
    this.report = report;
  }

  static String of(StepReport report) {
    return new StepText(report).render();
  }

  private String render() {
    line(report.step() + ": " + report.message());
    if (report.type() == StepType.ANALYZE) {
      Optional.ofNullable(report.inputs().get(Artifact.MODEL))
          .ifPresent(model -> line("  digest " + model.digest()));
    }
    report.details().path("notes").forEach(note -> line("  " + note.asText()));
    if (report.metrics().keySet().stream().anyMatch(name -> name.startsWith("original."))) {
      comparison();
    } else {
      numbers();
    }
    prunedLayers();
    bottlenecks();
    facts();
    advice();
    return text.toString();
  }

  private void numbers() {
    var rows = new ArrayList<List<String>>();
    report.metrics().forEach((name, value) -> rows.add(List.of(name, number(value))));
    table(rows, 1);
  }

  private void comparison() {
    var rows = new ArrayList<List<String>>();
    rows.add(List.of("", "baseline", "model", "ratio", "interval of the model"));
    for (Metric metric : Metric.values()) {
      Double before = report.metrics().get(metric.originalKey());
      Double after = report.metrics().get(metric.resultKey());
      if (after != null) {
        rows.add(
            List.of(
                metric.reportName(),
                before == null ? "" : number(before),
                number(after),
                before == null || before == 0
                    ? ""
                    : String.format(Locale.ROOT, "%.3f", after / before),
                interval(metric)));
      }
    }
    table(rows, 1);
    classes();
  }

  private String interval(Metric metric) {
    var estimate =
        report.details().path("evaluation").path("result").path(metric.reportName() + "Interval");
    return estimate.isObject()
        ? number(estimate.path("low").asDouble())
            + " to "
            + number(estimate.path("high").asDouble())
        : "";
  }

  private void classes() {
    var classes = report.details().path("evaluation").path("classes");
    if (classes.isEmpty()) {
      return;
    }
    var rows = new ArrayList<List<String>>();
    rows.add(List.of("class", "samples", "baseline", "model"));
    classes.forEach(
        c ->
            rows.add(
                List.of(
                    c.path("label").asText(),
                    c.path("samples").asText(),
                    optional(c.path("original"), "%.4f", 1),
                    optional(c.path("result"), "%.4f", 1))));
    table(rows, 1);
  }

  private void prunedLayers() {
    var layers = report.details().path("prunedLayers");
    if (layers.isEmpty()) {
      return;
    }
    var rows = new ArrayList<List<String>>();
    rows.add(List.of("layer", "channels", "why"));
    layers.forEach(
        layer ->
            rows.add(
                List.of(
                    layer.path("layer").asText(),
                    layer.path("channelsBefore").asInt()
                        + " → "
                        + layer.path("channelsAfter").asInt(),
                    layer.path("reason").asText())));
    table(rows, 3);
  }

  private void bottlenecks() {
    var nodes = report.details().path("bottlenecks");
    if (nodes.isEmpty()) {
      return;
    }
    var rows = new ArrayList<List<String>>();
    rows.add(List.of("node", "operator", "MACs", "parameters", "µs", "share"));
    for (JsonNode node : nodes) {
      if (rows.size() > MOST_NODES) {
        break;
      }
      rows.add(
          List.of(
              node.path("node").asText(),
              node.path("opType").asText(),
              optional(node.path("macs"), "%,.0f", 1),
              optional(node.path("parameters"), "%,.0f", 1),
              optional(node.path("micros"), "%.1f", 1),
              optional(node.path("share"), "%.1f %%", 100)));
    }
    table(rows, 2);
  }

  private void facts() {
    var facts = report.details().path("facts");
    var operators = new ArrayList<String>();
    facts
        .path("operators")
        .properties()
        .forEach(entry -> operators.add(entry.getValue().asText() + " " + entry.getKey()));
    if (!operators.isEmpty()) {
      line("");
      line("  operators: " + String.join(", ", operators));
    }
    ranges("weight", facts.path("weights"), "name", "sparsity");
    ranges("activation", facts.path("activations"), "value", "zeros");
  }

  private void ranges(String what, JsonNode values, String name, String zeros) {
    if (values.isEmpty()) {
      return;
    }
    var rows = new ArrayList<List<String>>();
    rows.add(List.of(what, "min", "max", "deviation", "zeros"));
    for (JsonNode value : values) {
      if (rows.size() > MOST_NODES) {
        break;
      }
      rows.add(
          List.of(
              value.path(name).asText(),
              optional(value.path("min"), "%.4g", 1),
              optional(value.path("max"), "%.4g", 1),
              optional(value.path("standardDeviation"), "%.4g", 1),
              optional(value.path(zeros), "%.1f %%", 100)));
    }
    table(rows, 1);
    if (values.size() > MOST_NODES) {
      line("  … and " + (values.size() - MOST_NODES) + " more, with --output json");
    }
  }

  private void advice() {
    var advice = report.details().path("advice");
    if (!advice.isEmpty()) {
      line("");
      line("advice");
      advice.forEach(
          a -> line("  " + a.path("step").asText() + "\n    " + a.path("reason").asText()));
    }
  }

  private static String optional(JsonNode node, String format, double scale) {
    return node.isNumber() ? String.format(Locale.ROOT, format, node.asDouble() * scale) : "–";
  }

  /**
   * Rows of cells in columns; those before {@code right} are flush left, the others flush right.
   */
  private void table(List<List<String>> rows, int right) {
    line("");
    for (List<String> row : rows) {
      var cells = new StringBuilder(" ");
      for (int column = 0; column < row.size(); column++) {
        int index = column;
        int width = rows.stream().mapToInt(r -> r.get(index).length()).max().orElse(1);
        String format =
            column < right ? "%-" + Math.max(1, width) + "s" : "%" + Math.max(1, width) + "s";
        cells.append(' ').append(String.format(Locale.ROOT, format, row.get(column))).append(' ');
      }
      line(cells.toString().stripTrailing());
    }
  }

  private void line(String line) {
    text.append(line).append('\n');
  }

  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? String.format(Locale.ROOT, "%,d", (long) value)
        : String.format(Locale.ROOT, "%.4f", value);
  }
}
