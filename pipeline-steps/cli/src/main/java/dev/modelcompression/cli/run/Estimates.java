package dev.modelcompression.cli.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.modelcompression.cli.report.Interval;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads what steps wrote into their details. What is missing or of another form is left out. */
final class Estimates {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String INTERVAL = "Interval";

  private Estimates() {}

  /**
   * Reads the numbers of one model, and their intervals, which stand beside them as {@code
   * …Interval}.
   */
  static void read(JsonNode node, Map<String, Double> metrics, Map<String, Interval> intervals) {
    for (var member : node.properties()) {
      if (member.getValue().isNumber()) {
        metrics.put(member.getKey(), member.getValue().asDouble());
      } else if (member.getKey().endsWith(INTERVAL)) {
        String name = member.getKey().substring(0, member.getKey().length() - INTERVAL.length());
        interval(member.getValue()).ifPresent(interval -> intervals.put(name, interval));
      }
    }
  }

  static Optional<Interval> interval(JsonNode estimate) {
    if (!estimate.path("low").isNumber() || !estimate.path("high").isNumber()) {
      return Optional.empty();
    }
    return Optional.of(
        new Interval(estimate.path("low").asDouble(), estimate.path("high").asDouble()));
  }

  static <T> List<T> list(JsonNode node, Class<T> element) {
    var list = new ArrayList<T>();
    node.forEach(item -> read(item, element).ifPresent(list::add));
    return list;
  }

  static <T> Optional<T> read(JsonNode node, Class<T> type) {
    try {
      return node.isMissingNode() || node.isNull()
          ? Optional.empty()
          : Optional.of(MAPPER.treeToValue(node, type));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }
}
