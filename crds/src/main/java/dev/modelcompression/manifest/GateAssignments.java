package dev.modelcompression.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelcompression.api.Gate;
import dev.modelcompression.contract.ContractJson;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Gates as a command line gives them, {@code top1.maxDrop=0.005}: metrics, limits and their ranges
 * are those of {@code spec.gates}.
 */
public final class GateAssignments {
  private static final JsonNode SCHEMA = Schema.SPEC.path("properties").path("gates").path("items");
  private static final SchemaCheck CHECK = new SchemaCheck(SCHEMA);
  private static final String METRIC = "metric";
  private static final Pattern FORM = Pattern.compile("([^.=]+)\\.([^.=]+)=(.+)");

  private GateAssignments() {}

  /**
   * Reads gates; limits of the same metric become one gate, in the order of their first mention.
   *
   * @param assignments {@code METRIC.LIMIT=NUMBER} each
   * @param source what to call them in messages
   * @throws InvalidManifestException anything is wrong; lists all of it
   */
  public static List<Gate> parse(List<String> assignments, String source) {
    Map<String, ObjectNode> gates = new LinkedHashMap<>();
    List<Problem> problems = new ArrayList<>();
    for (String assignment : assignments) {
      Matcher form = FORM.matcher(assignment);
      if (form.matches()) {
        problems.addAll(add(gates, assignment, form.group(1), form.group(2), form.group(3)));
      } else {
        problems.add(
            new Problem(assignment, 0, "expected METRIC.LIMIT=NUMBER, such as top1.maxDrop=0.005"));
      }
    }
    if (problems.isEmpty()) {
      gates.forEach((metric, gate) -> problems.addAll(SpecRules.checkGate(gate, metric)));
    }
    if (!problems.isEmpty()) {
      throw new InvalidManifestException(source, problems);
    }
    return gates.values().stream()
        .map(gate -> ContractJson.read(gate.toString(), Gate.class, source))
        .toList();
  }

  private static List<Problem> add(
      Map<String, ObjectNode> gates, String assignment, String metric, String limit, String value) {
    if (!SpecRules.LIMITS.contains(limit)) {
      return List.of(new Problem(assignment, 0, Names.unknown("limit", limit, SpecRules.LIMITS)));
    }
    ObjectNode alone = JsonNodeFactory.instance.objectNode().put(METRIC, metric);
    alone.set(limit, YamlTree.value(value, assignment));
    List<Problem> problems =
        CHECK.check(alone, "").stream()
            .map(problem -> new Problem(assignment, 0, problem.text()))
            .toList();
    ObjectNode gate = gates.computeIfAbsent(metric, name -> alone.deepCopy());
    JsonNode earlier = gate.path(limit);
    if (problems.isEmpty() && !earlier.isMissingNode() && !earlier.equals(alone.get(limit))) {
      return List.of(
          new Problem(assignment, 0, "the limit is given twice, first as " + earlier.asText()));
    }
    gate.set(limit, alone.get(limit));
    return problems;
  }
}
