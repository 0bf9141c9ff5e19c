package dev.modelcompression.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.modelcompression.api.Manifest;
import dev.modelcompression.api.ModelCompressionSpec;
import dev.modelcompression.api.Step;
import dev.modelcompression.api.StepSettings;
import dev.modelcompression.api.StepType;
import dev.modelcompression.contract.ContractJson;
import java.util.List;
import java.util.regex.Pattern;

/** Reads a {@code ModelCompression} and says everything that is wrong with it. */
public final class ModelCompressionParser {
  private static final ManifestReader READER =
      new ManifestReader(
          Manifest.KIND,
          new ManifestReader.Name(
              Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"),
              "at most 63 lower-case letters, digits and dashes"),
          Schema.SPEC,
          SpecRules::check);

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
    return ContractJson.read(
        READER.read(yaml, source, overrides).toString(), Manifest.class, source);
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
    return READER.check(ContractJson.tree(spec));
  }
}
