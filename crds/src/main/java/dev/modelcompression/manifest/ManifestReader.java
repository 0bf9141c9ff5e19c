package dev.modelcompression.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelcompression.api.Manifest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Reads manifests of one kind and says everything that is wrong with them. */
final class ManifestReader {
  private static final List<String> FIELDS =
      List.of("apiVersion", "kind", "metadata", "spec", "status");

  private final String kind;
  private final Name name;
  private final JsonNode schema;
  private final SchemaCheck check;
  private final Function<JsonNode, List<Problem>> rules;

  /**
   * How names of objects must look.
   *
   * @param form as an expression
   * @param expected in words
   */
  record Name(Pattern form, String expected) {}

  /**
   * A reader.
   *
   * @param schema of {@code spec}
   * @param rules what is wrong with a spec with defaults filled in that no schema can say
   */
  ManifestReader(String kind, Name name, JsonNode schema, Function<JsonNode, List<Problem>> rules) {
    this.kind = kind;
    this.name = name;
    this.schema = schema;
    this.check = new SchemaCheck(schema);
    this.rules = rules;
  }

  /**
   * The manifest with defaults filled in, and without what is Kubernetes' own.
   *
   * @throws InvalidManifestException anything is wrong; lists all of it
   */
  ObjectNode read(String yaml, String source, List<String> overrides) {
    YamlTree tree = YamlTree.read(yaml, source);
    if (!(tree.root() instanceof ObjectNode manifest)) {
      throw new InvalidManifestException(
          source, List.of(new Problem("", 1, "is no object, expected a " + kind)));
    }
    List<Problem> problems = header(manifest);
    List<String> overridden = new ArrayList<>();
    if (problems.isEmpty()) {
      overrides.forEach(
          override -> overridden.add(SpecOverrides.apply(manifest, schema, override)));
      ObjectNode spec = spec(manifest);
      problems.addAll(check.check(spec, "spec"));
      Schema.addDefaults(schema, spec);
      problems.addAll(rules.apply(spec));
    }
    if (!problems.isEmpty()) {
      throw new InvalidManifestException(source, placed(problems, tree, overridden));
    }
    manifest.remove("status");
    ((ObjectNode) manifest.get("metadata")).retain("name", "namespace", "labels");
    return manifest;
  }

  /** What is wrong with a spec that did not come through {@link #read}. */
  List<Problem> check(JsonNode spec) {
    List<Problem> problems = check.check(spec, "spec");
    problems.addAll(rules.apply(spec));
    return problems;
  }

  private static ObjectNode spec(ObjectNode manifest) {
    return manifest.path("spec") instanceof ObjectNode spec
        ? spec
        : JsonNodeFactory.instance.objectNode();
  }

  private List<Problem> header(ObjectNode manifest) {
    List<Problem> problems = new ArrayList<>();
    exactly(manifest, "apiVersion", Manifest.API_VERSION, problems);
    exactly(manifest, "kind", kind, problems);
    if (!problems.isEmpty()) {
      return problems;
    }
    for (Map.Entry<String, JsonNode> member : manifest.properties()) {
      if (!FIELDS.contains(member.getKey())) {
        problems.add(new Problem(member.getKey(), 0, Names.unknown(member.getKey(), FIELDS)));
      }
    }
    JsonNode found = manifest.path("metadata").path("name");
    if (!found.isTextual() || !name.form().matcher(found.asText()).matches()) {
      problems.add(
          new Problem(
              "metadata.name",
              0,
              (found.isMissingNode() ? "is missing" : "found " + found)
                  + ", expected "
                  + name.expected()));
    }
    JsonNode labels = manifest.path("metadata").path("labels");
    if ((!labels.isMissingNode() && !labels.isObject())
        || labels.properties().stream().anyMatch(label -> !label.getValue().isTextual())) {
      problems.add(new Problem("metadata.labels", 0, "expected text by name; quote numbers"));
    }
    if (!manifest.path("spec").isObject()) {
      problems.add(
          new Problem(
              "spec",
              0,
              (manifest.has("spec") ? "found " + manifest.get("spec") : "is missing")
                  + ", expected "
                  + SchemaCheck.expected(schema)));
    }
    return problems;
  }

  private static void exactly(
      ObjectNode manifest, String field, String expected, List<Problem> problems) {
    JsonNode found = manifest.path(field);
    if (!found.asText().equals(expected)) {
      problems.add(
          new Problem(
              field,
              0,
              (found.isMissingNode() ? "is missing" : "found " + found)
                  + ", expected "
                  + expected));
    }
  }

  /** Problems with the lines that they are in; what does not stand in the file is told apart. */
  private static List<Problem> placed(
      List<Problem> problems, YamlTree tree, List<String> overridden) {
    return problems.stream()
        .map(
            problem ->
                overridden.stream().anyMatch(problem.path()::startsWith)
                    ? new Problem(problem.path(), 0, problem.text() + " (given by --set)")
                    : new Problem(problem.path(), tree.line(problem.path()), problem.text()))
        .sorted(Comparator.comparingInt(Problem::line))
        .toList();
  }
}
