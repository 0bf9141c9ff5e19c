package dev.modelcompression.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What of a changed CRD would break a user: an object that was valid and is so no longer, a value
 * that is no longer kept, or one that means something else. (There are programs for this, such as
 * crdify, but none for the JVM, and none of them looks at CEL rules.)
 */
final class CrdChanges {
  private final List<String> found = new ArrayList<>();

  private CrdChanges() {}

  /** Everything that the later CRD breaks, each with its place. */
  static List<String> breaking(JsonNode before, JsonNode after) {
    CrdChanges changes = new CrdChanges();
    for (String fixed :
        List.of("/spec/group", "/spec/scope", "/spec/names/kind", "/spec/names/plural")) {
      changes.unless(before.at(fixed).equals(after.at(fixed)), fixed, "changed");
    }
    for (JsonNode version : before.at("/spec/versions")) {
      changes.version(version, version(after, version.path("name").asText()));
    }
    return changes.found;
  }

  private static JsonNode version(JsonNode crd, String name) {
    for (JsonNode version : crd.at("/spec/versions")) {
      if (version.path("name").asText().equals(name)) {
        return version;
      }
    }
    return com.fasterxml.jackson.databind.node.MissingNode.getInstance();
  }

  private void version(JsonNode before, JsonNode after) {
    String name = before.path("name").asText();
    boolean served = before.path("served").asBoolean();
    unless(!served || after.path("served").asBoolean(), name, "is no longer served");
    if (after.isMissingNode()) {
      return;
    }
    for (String subresource : List.of("status", "scale")) {
      unless(
          !before.path("subresources").has(subresource)
              || after.path("subresources").has(subresource),
          name,
          "subresource " + subresource + " was removed");
    }
    schema(name, before.at("/schema/openAPIV3Schema"), after.at("/schema/openAPIV3Schema"));
  }

  private void schema(String path, JsonNode before, JsonNode after) {
    if (before.path("x-kubernetes-preserve-unknown-fields").asBoolean()) {
      unless(
          after.path("x-kubernetes-preserve-unknown-fields").asBoolean(),
          path,
          "no longer keeps unknown fields");
    }
    for (String kind : List.of("type", "format", "x-kubernetes-int-or-string", "default")) {
      unless(
          before.path(kind).equals(after.path(kind)),
          path,
          "%s was %s and is %s".formatted(kind, before.path(kind), after.path(kind)));
    }
    unless(
        !before.path("nullable").asBoolean() || after.path("nullable").asBoolean(),
        path,
        "is no longer nullable");
    for (String most : List.of("maximum", "maxLength", "maxItems", "maxProperties")) {
      limit(path, most, before.path(most), after.path(most), 1);
    }
    for (String least : List.of("minimum", "minLength", "minItems", "minProperties")) {
      limit(path, least, before.path(least), after.path(least), -1);
    }
    for (String exclusive : List.of("exclusiveMinimum", "exclusiveMaximum", "uniqueItems")) {
      unless(
          before.path(exclusive).asBoolean() || !after.path(exclusive).asBoolean(),
          path,
          exclusive + " was added");
    }
    // Whether one pattern takes all that another takes is not found out here: any change is one to
    // look at.
    unless(
        !after.has("pattern") || before.path("pattern").equals(after.path("pattern")),
        path,
        "another pattern: " + after.path("pattern").asText());
    choices(path, before, after);
    rules(path, before, after);
    fields(path, before, after);
    for (String inner : List.of("items", "additionalProperties")) {
      if (before.has(inner)) {
        schema(path + "[]", before.path(inner), after.path(inner));
      }
    }
  }

  private void limit(String path, String name, JsonNode before, JsonNode after, int sign) {
    boolean wider =
        after.isMissingNode()
            || (!before.isMissingNode()
                && sign * after.decimalValue().compareTo(before.decimalValue()) >= 0);
    unless(wider, path, "%s was %s and is %s".formatted(name, before, after));
  }

  private void choices(String path, JsonNode before, JsonNode after) {
    if (after.has("enum")) {
      unless(before.has("enum"), path, "takes only some values now");
      Set<JsonNode> left = set(before.path("enum"));
      left.removeAll(set(after.path("enum")));
      left.forEach(value -> found.add(path + ": no longer takes " + value));
    }
  }

  /** A rule that is new, or says something else, may refuse what was valid. */
  private void rules(String path, JsonNode before, JsonNode after) {
    Set<String> known = new HashSet<>();
    before.path("x-kubernetes-validations").forEach(rule -> known.add(rule.path("rule").asText()));
    for (JsonNode rule : after.path("x-kubernetes-validations")) {
      String text = rule.path("rule").asText();
      unless(known.contains(text), path, "new rule: " + text);
    }
  }

  private void fields(String path, JsonNode before, JsonNode after) {
    Set<JsonNode> required = set(after.path("required"));
    required.removeAll(set(before.path("required")));
    required.forEach(name -> found.add(path + "." + name.asText() + ": is required now"));
    before
        .path("properties")
        .properties()
        .forEach(
            field -> {
              String at = path + "." + field.getKey();
              JsonNode now = after.path("properties").path(field.getKey());
              if (now.isMissingNode()) {
                found.add(at + ": was removed");
              } else {
                schema(at, field.getValue(), now);
              }
            });
  }

  private static Set<JsonNode> set(JsonNode list) {
    Set<JsonNode> values = new java.util.LinkedHashSet<>();
    list.forEach(values::add);
    return values;
  }

  private void unless(boolean kept, String path, String broken) {
    if (!kept) {
      found.add(path + ": " + broken);
    }
  }
}
