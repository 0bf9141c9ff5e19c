package dev.modelcompression.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonNodePath;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** Compares a tree with a schema and says in words what does not fit. */
final class SchemaCheck {
  private static final int MAX_SHOWN = 80;

  private final JsonNode schema;
  private final JsonSchema validator;

  SchemaCheck(JsonNode schema) {
    this.schema = schema;
    // Draft 4 is the last one in which exclusiveMinimum is a boolean, as in a CRD.
    this.validator =
        JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V4).getSchema(Schema.closed(schema));
  }

  /** What is wrong with the value; paths begin with the prefix, lines are not known yet. */
  List<Problem> check(JsonNode value, String prefix) {
    List<Problem> problems = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (ValidationMessage message : validator.validate(value)) {
      Problem problem = problem(message, value, prefix);
      if (seen.add(problem.path())) {
        problems.add(problem);
      }
    }
    return problems;
  }

  private Problem problem(ValidationMessage message, JsonNode root, String prefix) {
    JsonNode at = schema;
    JsonNode found = root;
    StringBuilder path = new StringBuilder(prefix);
    JsonNodePath location = message.getInstanceLocation();
    for (int i = 0; i < location.getNameCount(); i++) {
      Object element = location.getElement(i);
      if (element instanceof Integer index) {
        at = at.path("items");
        found = found.path(index);
        path.append('[').append(index).append(']');
      } else {
        at = Schema.member(at, element.toString());
        found = found.path(element.toString());
        append(path, element.toString());
      }
    }
    String property = message.getProperty() == null ? "" : message.getProperty();
    String text =
        switch (message.getType()) {
          case "additionalProperties" -> Names.unknown(property, Schema.fields(at));
          case "required" ->
              "is missing, expected " + expected(at.path("properties").path(property));
          default -> "found " + shown(found) + ", expected " + expected(at) + hint(found, at);
        };
    if (message.getType().equals("additionalProperties") || message.getType().equals("required")) {
      append(path, property);
    }
    return new Problem(path.toString(), 0, text);
  }

  private static void append(StringBuilder path, String name) {
    path.append(path.isEmpty() ? "" : ".").append(name);
  }

  private static String hint(JsonNode found, JsonNode schema) {
    return found.isTextual() && schema.has("enum")
        ? Names.hint(found.asText(), choices(schema))
        : "";
  }

  /** What a schema asks for, in words. */
  static String expected(JsonNode schema) {
    if (schema.has("enum")) {
      return "one of " + String.join(", ", choices(schema));
    }
    if (schema.path("x-kubernetes-int-or-string").asBoolean()) {
      return "an amount such as 2, 500m or 4Gi";
    }
    String type =
        switch (schema.path("type").asText()) {
          case "integer" -> "a whole number";
          case "number" -> "a number";
          case "boolean" -> "true or false";
          case "array" -> "a list";
          case "object" ->
              "an object"
                  + (schema.has("properties")
                      ? " with " + String.join(", ", Schema.fields(schema))
                      : "");
          default -> "text";
        };
    return type + numberLimits(schema) + sizeLimits(schema) + form(schema);
  }

  private static String numberLimits(JsonNode schema) {
    String lower =
        schema.has("minimum")
            ? (schema.path("exclusiveMinimum").asBoolean() ? " above " : " from ")
                + plain(schema.path("minimum"))
            : "";
    String upper =
        schema.has("maximum")
            ? (schema.path("exclusiveMaximum").asBoolean() ? " below " : " to ")
                + plain(schema.path("maximum"))
            : "";
    return lower + upper;
  }

  private static String sizeLimits(JsonNode schema) {
    StringBuilder text = new StringBuilder();
    if (schema.has("minItems")) {
      text.append(" of at least ").append(schema.path("minItems").asInt());
    }
    if (schema.has("maxItems")) {
      text.append(" of at most ").append(schema.path("maxItems").asInt());
    }
    if (schema.has("maxProperties")) {
      text.append(" of at most ").append(schema.path("maxProperties").asInt());
    }
    if (schema.has("maxLength")) {
      text.append(" of at most ").append(schema.path("maxLength").asInt()).append(" characters");
    }
    return text.toString();
  }

  private static String form(JsonNode schema) {
    return schema.has("pattern")
        ? " of the form %s (%s)"
            .formatted(schema.path("pattern").asText(), schema.path("description").asText())
        : "";
  }

  private static List<String> choices(JsonNode schema) {
    return StreamSupport.stream(schema.path("enum").spliterator(), false)
        .map(JsonNode::asText)
        .collect(Collectors.toList());
  }

  private static String plain(JsonNode number) {
    return number.decimalValue().stripTrailingZeros().toPlainString();
  }

  private static String shown(JsonNode found) {
    String text = found.isNull() ? "nothing" : found.toString();
    return text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "…";
  }
}
