package dev.modelcompression.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelcompression.api.Manifest;
import dev.modelcompression.api.ModelCompressionSpec;
import dev.modelcompression.api.Step;
import dev.modelcompression.api.StepSettings;
import dev.modelcompression.api.StepType;
import dev.modelcompression.contract.ContractJson;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Reads a {@code ModelCompression} and says everything that is wrong with it. */
public final class ModelCompressionParser {
  private static final List<String> FIELDS =
      List.of("apiVersion", "kind", "metadata", "spec", "status");
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
  private static final SchemaCheck SPEC = new SchemaCheck(Schema.SPEC);

  private ModelCompressionParser() {}

  /**
   * Reads a manifest.
   *
   * @param yaml the text of a file with one document
   * @param source name of the file, for messages
   * @throws InvalidManifestException anything is wrong; lists all of it
   */
  public static Manifest parse(String yaml, String source) {
    return parse(yaml, source, List.of());
  }

  /**
   * Reads a manifest of which some values are replaced.
   *
   * @param overrides {@code path=value} each, applied in order
   * @throws InvalidManifestException anything is wrong; lists all of it
   * @see SpecOverrides
   */
  public static Manifest parse(String yaml, String source, List<String> overrides) {
    YamlTree tree = YamlTree.read(yaml, source);
    if (!(tree.root() instanceof ObjectNode manifest)) {
      throw new InvalidManifestException(
          source, List.of(new Problem("", 1, "is no object, expected a ModelCompression")));
    }
    List<Problem> problems = header(manifest);
    List<String> overridden = new ArrayList<>();
    if (problems.isEmpty()) {
      overrides.forEach(override -> overridden.add(SpecOverrides.apply(manifest, override)));
      ObjectNode spec = spec(manifest);
      problems.addAll(SPEC.check(spec, "spec"));
      Schema.addDefaults(Schema.SPEC, spec);
      problems.addAll(SpecRules.check(spec));
    }
    if (!problems.isEmpty()) {
      throw new InvalidManifestException(source, placed(problems, tree, overridden));
    }
    manifest.remove("status");
    ((ObjectNode) manifest.get("metadata")).retain("name", "namespace", "labels");
    return ContractJson.read(manifest.toString(), Manifest.class, source);
  }

  /**
   * Reads the settings of one step, such as those given by flags of a command.
   *
   * @param settings the settings as they would stand in the YAML
   * @param source what to call them in messages
   * @throws InvalidManifestException a setting is unknown, of a wrong type or out of range
   */
  public static StepSettings settings(StepType type, JsonNode settings, String source) {
    JsonNode schema = Schema.settings(type);
    List<Problem> problems = new SchemaCheck(schema).check(settings, "");
    problems.addAll(SpecRules.checkSettings(type, withDefaults(schema, settings)));
    if (!problems.isEmpty()) {
      throw new InvalidManifestException(source, problems);
    }
    return ContractJson.read(settings.toString(), type.settings(), source);
  }

  private static JsonNode withDefaults(JsonNode schema, JsonNode settings) {
    JsonNode copy = settings.deepCopy();
    Schema.addDefaults(schema, copy);
    return copy;
  }

  /**
   * Holds a step that did not come through {@link #parse} against the limits of the schema.
   *
   * @throws InvalidManifestException a setting is out of range
   */
  public static void check(Step step, String source) {
    JsonNode schema = Schema.SPEC.path("properties").path("steps").path("items");
    List<Problem> problems = new SchemaCheck(schema).check(ContractJson.tree(step), "step");
    if (problems.isEmpty()) {
      String path = "step." + step.type().member() + ".";
      SpecRules.checkSettings(step.type(), ContractJson.tree(step.settings()))
          .forEach(problem -> problems.add(new Problem(path + problem.path(), 0, problem.text())));
    }
    if (!problems.isEmpty()) {
      throw new InvalidManifestException(source, problems);
    }
  }

  /**
   * Holds a whole spec that did not come through {@link #parse} against the schema and the rules
   * that cross fields.
   *
   * @return everything that is wrong; empty when nothing is
   */
  public static List<Problem> check(ModelCompressionSpec spec) {
    JsonNode tree = ContractJson.tree(spec);
    List<Problem> problems = SPEC.check(tree, "spec");
    problems.addAll(SpecRules.check(tree));
    return problems;
  }

  private static ObjectNode spec(ObjectNode manifest) {
    return manifest.path("spec") instanceof ObjectNode spec
        ? spec
        : JsonNodeFactory.instance.objectNode();
  }

  private static List<Problem> header(ObjectNode manifest) {
    List<Problem> problems = new ArrayList<>();
    exactly(manifest, "apiVersion", Manifest.API_VERSION, problems);
    exactly(manifest, "kind", Manifest.KIND, problems);
    if (!problems.isEmpty()) {
      return problems;
    }
    for (Map.Entry<String, JsonNode> member : manifest.properties()) {
      if (!FIELDS.contains(member.getKey())) {
        problems.add(new Problem(member.getKey(), 0, Names.unknown(member.getKey(), FIELDS)));
      }
    }
    JsonNode name = manifest.path("metadata").path("name");
    if (!name.isTextual() || !NAME.matcher(name.asText()).matches()) {
      problems.add(
          new Problem(
              "metadata.name",
              0,
              (name.isMissingNode() ? "is missing" : "found " + name)
                  + ", expected at most 63 lower-case letters, digits and dashes"));
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
                  + SchemaCheck.expected(Schema.SPEC)));
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
