package dev.modelcompression.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Changes single values of a manifest, as in {@code --set spec.gates[0].maxDrop=0.1}. An item of a
 * list is named by its place or by its name: {@code spec.steps[prune].prune.ratio=0.5}.
 */
public final class SpecOverrides {
  private static final Pattern ELEMENT =
      Pattern.compile("([A-Za-z][A-Za-z0-9]*)((?:\\[[^\\[\\]]+])*)");
  private static final Pattern INDEX = Pattern.compile("\\[([^\\[\\]]+)]");

  private SpecOverrides() {}

  /**
   * Changes a value in place.
   *
   * @param manifest a whole manifest
   * @param schema of its {@code spec}
   * @param assignment {@code path=value}; the value is YAML on one line
   * @return path of the value with items by their place, such as {@code spec.steps[1].prune.ratio}
   * @throws InvalidManifestException the path names nothing that the schema knows, or a list's item
   *     that is not there
   */
  static String apply(ObjectNode manifest, JsonNode schema, String assignment) {
    int equals = assignment.indexOf('=');
    if (equals < 1) {
      throw invalid(assignment, "expected path=value, such as spec.seed=7");
    }
    String path = assignment.substring(0, equals);
    List<String> steps = split(path, assignment);
    if (!steps.get(0).equals("spec") || steps.size() < 2) {
      throw invalid(assignment, "the path must begin with 'spec.', such as spec.seed=7");
    }
    JsonNode value = YamlTree.value(assignment.substring(equals + 1), "--set " + assignment);
    return "spec"
        + set(child(manifest, "spec"), schema, steps.subList(1, steps.size()), value, assignment);
  }

  /** Sets the value below {@code parent}; the path from there. */
  private static String set(
      JsonNode parent, JsonNode schema, List<String> path, JsonNode value, String assignment) {
    String name = path.get(0);
    List<String> rest = path.subList(1, path.size());
    JsonNode below = schema(schema, name, assignment);
    if (parent instanceof ArrayNode list) {
      int index = index(list, name, assignment);
      String item = "[" + index + "]";
      if (!rest.isEmpty()) {
        return item + set(list.get(index), below, rest, value, assignment);
      }
      list.set(index, value);
      return item;
    }
    if (parent instanceof ObjectNode object) {
      String member = "." + name;
      if (rest.isEmpty()) {
        object.set(name, value);
        return member;
      }
      if (rest.get(0).startsWith("[") && !object.path(name).isArray()) {
        throw invalid(assignment, "there is no list '" + name + "' in the file");
      }
      JsonNode next = rest.get(0).startsWith("[") ? object.get(name) : child(object, name);
      return member + set(next, below, rest, value, assignment);
    }
    throw invalid(assignment, "'" + name + "' stands below a value that is no object");
  }

  private static JsonNode schema(JsonNode schema, String name, String assignment) {
    if (name.startsWith("[")) {
      if (!schema.has("items")) {
        throw invalid(assignment, "'" + name + "' stands behind a field that is no list");
      }
      return schema.path("items");
    }
    JsonNode below = schema.path("properties").path(name);
    if (!below.isMissingNode() || Schema.open(schema)) {
      return below.isMissingNode() ? schema : below;
    }
    if (schema.has("items")) {
      throw invalid(assignment, "a list's item is missing before '" + name + "', such as [0]");
    }
    throw invalid(assignment, "'" + name + "': " + Names.unknown(name, Schema.fields(schema)));
  }

  private static int index(ArrayNode list, String element, String assignment) {
    String key = element.substring(1, element.length() - 1);
    List<String> names = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      String name = list.get(i).path("name").asText(list.get(i).path("metric").asText());
      if (key.equals(Integer.toString(i)) || key.equals(name)) {
        return i;
      }
      names.add(name.isEmpty() ? Integer.toString(i) : name);
    }
    String hint = Names.hint(key, names);
    throw invalid(
        assignment,
        "the list has no item '%s'%s Items: %s"
            .formatted(key, hint.isEmpty() ? "." : hint, String.join(", ", names)));
  }

  private static ObjectNode child(ObjectNode parent, String name) {
    return parent.path(name) instanceof ObjectNode object ? object : parent.putObject(name);
  }

  private static List<String> split(String path, String assignment) {
    List<String> elements = new ArrayList<>();
    for (String part : path.split("\\.", -1)) {
      Matcher element = ELEMENT.matcher(part);
      if (!element.matches()) {
        throw invalid(assignment, "'" + part + "' is no field, such as steps[prune]");
      }
      elements.add(element.group(1));
      INDEX.matcher(element.group(2)).results().forEach(index -> elements.add(index.group()));
    }
    return elements;
  }

  private static InvalidManifestException invalid(String assignment, String text) {
    return new InvalidManifestException("--set " + assignment, List.of(new Problem("", 0, text)));
  }
}
