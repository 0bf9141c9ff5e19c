package dev.modelcompression.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.modelcompression.api.status.Reason;
import dev.modelcompression.contract.ExitCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** Writes the pages that say what can be written, from the schema and from the enums. */
class ReferenceTest {
  private static final String NOTE =
      "<!-- Generated from the records; change those and run: mvn -pl crds test -Dgenerate -->\n";

  @Test
  void referenceIsGeneratedFromTheSchema() throws IOException {
    StringBuilder page = page("ModelCompression", CrdTest.COMPRESSION);
    metrics(page);
    Generated.assertCurrent(Path.of("docs/reference.md"), page.toString());
  }

  @Test
  void referenceOfReleasesIsGeneratedFromTheSchema() throws IOException {
    StringBuilder page = page("ModelRelease", CrdTest.RELEASE);
    Generated.assertCurrent(Path.of("docs/release-reference.md"), page.toString());
  }

  /** A message such as "is missing" says nothing without it. */
  @Test
  void rulesNameTheFieldThatTheyAreAbout() throws IOException {
    assertThat(page("ModelCompression", CrdTest.COMPRESSION))
        .contains("\nRule: `release.candidate`: must be left out; the candidate is the result.\n")
        .contains("\nRule: datasets.evaluation is missing, but evaluate needs it.\n");
  }

  private static StringBuilder page(String kind, String file) throws IOException {
    StringBuilder page = new StringBuilder(NOTE);
    page.append("# ").append(kind).append(", field by field\n\n");
    page.append("`apiVersion: modelcompression.dev/v1alpha1`, `kind: ").append(kind);
    page.append("`. A field that is not on this page is an error.\n");
    section(page, "spec", DefaultsTest.part(file, "spec"));
    section(page, "status", DefaultsTest.part(file, "status"));
    return page;
  }

  @Test
  void exitCodesAreGeneratedFromTheEnum() throws IOException {
    StringBuilder page = new StringBuilder(NOTE);
    page.append("# Exit codes\n\n");
    page.append("A step, and the whole command, end with one of these.\n\n");
    page.append("| code | end | what it means | started again |\n|---|---|---|---|\n");
    for (ExitCode exit : ExitCode.values()) {
      row(
          page,
          Integer.toString(exit.code()),
          exit.title(),
          exit.description(),
          exit.retryable() ? "up to `retries` times" : "no");
    }
    Generated.assertCurrent(Path.of("docs/exit-codes.md"), page.toString());
  }

  @Test
  void reasonsAreGeneratedFromTheEnum() throws IOException {
    StringBuilder page = new StringBuilder(NOTE);
    page.append("# Reasons\n\n");
    page.append(
        "What conditions, steps and Events of a ModelCompression or ModelRelease can give as their"
            + " reason.\n\n");
    page.append("| reason | kind | what it means |\n|---|---|---|\n");
    for (Reason reason : Reason.values()) {
      String kind = reason.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
      row(page, "`" + reason.text() + "`", kind, reason.description());
    }
    Generated.assertCurrent(Path.of("docs/reasons.md"), page.toString());
  }

  private static void section(StringBuilder page, String path, JsonNode schema) {
    List<Map.Entry<String, JsonNode>> fields = List.copyOf(schema.path("properties").properties());
    if (fields.isEmpty()) {
      return;
    }
    page.append("\n## `").append(path).append("`\n\n");
    page.append("| field | type | default | description |\n|---|---|---|---|\n");
    for (Map.Entry<String, JsonNode> field : fields) {
      boolean required =
          StreamSupport.stream(schema.path("required").spliterator(), false)
              .anyMatch(name -> name.asText().equals(field.getKey()));
      row(
          page,
          "`" + field.getKey() + "`" + (required ? " (required)" : ""),
          type(field.getValue()),
          field.getValue().has("default")
              ? "`" + field.getValue().path("default").asText() + "`"
              : "",
          field.getValue().path("description").asText());
    }
    for (JsonNode rule : schema.path("x-kubernetes-validations")) {
      String field = rule.path("fieldPath").asText().replaceFirst("^[.]", "");
      page.append("\nRule: ").append(field.isEmpty() ? "" : "`" + field + "`: ");
      page.append(rule.path("message").asText()).append(".\n");
    }
    for (Map.Entry<String, JsonNode> field : fields) {
      section(page, path + "." + field.getKey(), field.getValue());
      section(page, path + "." + field.getKey() + "[]", field.getValue().path("items"));
    }
  }

  private static String type(JsonNode schema) {
    if (schema.has("enum")) {
      return StreamSupport.stream(schema.path("enum").spliterator(), false)
          .map(value -> "`" + value.asText() + "`")
          .collect(Collectors.joining(", "));
    }
    if (schema.path("x-kubernetes-int-or-string").asBoolean()) {
      return "amount";
    }
    if (schema.has("additionalProperties")) {
      return type(schema.path("additionalProperties")) + " by name";
    }
    return switch (schema.path("type").asText()) {
      case "integer" -> "whole number";
      case "number" -> "number";
      case "boolean" -> "true or false";
      case "array" -> "list of " + type(schema.path("items"));
      case "string" -> "text";
      default -> "object";
    };
  }

  private static void metrics(StringBuilder page) {
    page.append("\n## Metrics of gates\n\n");
    page.append("| metric | unit | better | in reports |\n|---|---|---|---|\n");
    for (Metric metric : Metric.values()) {
      row(
          page,
          "`" + metric.yamlName() + "`",
          metric.unit(),
          metric.lowerIsBetter() ? "lower" : "higher",
          "`" + metric.reportName() + "`");
    }
  }

  private static void row(StringBuilder page, String... cells) {
    page.append(
        Arrays.stream(cells)
            .map(cell -> cell.replace("|", "\\|").replace("<", "&lt;"))
            .collect(Collectors.joining(" | ", "| ", " |\n")));
  }
}
