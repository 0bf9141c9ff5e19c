package dev.modelcompression.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.modelcompression.api.release.Analysis;
import dev.modelcompression.api.release.ReleaseSpec;
import dev.modelcompression.api.release.ServerTemplate;
import dev.modelcompression.api.release.Traffic;
import dev.modelcompression.api.release.WriteBack;
import dev.modelcompression.contract.CanonicalJson;
import dev.modelcompression.contract.ContractJson;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A default stands in the schema, in the record and in the description; all three must agree. */
class DefaultsTest {
  private static final Pattern SAID = Pattern.compile("[Dd]efaults\\s+to\\s+(\\S+?)[,.]*(?:\\s|$)");

  @ParameterizedTest(name = "{0}")
  @MethodSource("records")
  void schemaAndRecordHaveTheSameDefaults(String name, Class<?> type, String given, String path)
      throws IOException {
    JsonNode schema = schema(path);
    JsonNode built = ContractJson.tree(ContractJson.read(given, type, name));
    Map<String, String> inSchema = new TreeMap<>();
    Map<String, String> inRecord = new TreeMap<>();
    for (Map.Entry<String, JsonNode> field : schema.path("properties").properties()) {
      JsonNode fallback = field.getValue().path("default");
      if (!fallback.isMissingNode()) {
        inSchema.put(field.getKey(), CanonicalJson.of(fallback));
      }
      JsonNode value = built.path(field.getKey());
      if (value.isValueNode() && !value.isNull() && !given.contains(field.getKey())) {
        inRecord.put(field.getKey(), CanonicalJson.of(value));
      }
    }
    assertThat(inRecord).isEqualTo(inSchema);
  }

  @Test
  void descriptionsStateEveryDefault() throws IOException {
    for (String file : List.of(CrdTest.COMPRESSION, CrdTest.RELEASE)) {
      assertDescribed("spec", part(file, "spec"));
      assertDescribed("status", part(file, "status"));
    }
  }

  /** Nothing that the operator or a user writes may grow without a limit. */
  @Test
  void everyTextListAndMapOfTheStatusIsBounded() throws IOException {
    assertBounded("status", part(CrdTest.COMPRESSION, "status"));
    assertBounded("status", part(CrdTest.RELEASE, "status"));
  }

  private static void assertBounded(String path, JsonNode schema) {
    switch (schema.path("type").asText()) {
      case "string" -> assertThat(schema.has("maxLength") || schema.has("enum")).as(path).isTrue();
      case "array" -> assertThat(schema.has("maxItems")).as(path).isTrue();
      case "object" ->
          assertThat(schema.has("properties") || schema.has("maxProperties")).as(path).isTrue();
      default -> assertThat(schema.has("type")).as(path).isTrue();
    }
    schema
        .path("properties")
        .properties()
        .forEach(field -> assertBounded(path + "." + field.getKey(), field.getValue()));
    for (String inner : List.of("items", "additionalProperties")) {
      if (schema.has(inner)) {
        assertBounded(path + "[]", schema.path(inner));
      }
    }
  }

  private static void assertDescribed(String path, JsonNode schema) {
    for (Map.Entry<String, JsonNode> field : schema.path("properties").properties()) {
      JsonNode value = field.getValue();
      String at = path + "." + field.getKey();
      String description = value.path("description").asText();
      assertThat(description).as(at).startsWith(field.getKey()).endsWith(".");
      Matcher said = SAID.matcher(description);
      assertThat(said.find() ? said.group(1) : "")
          .as(at)
          .isEqualTo(value.has("default") ? plain(value.path("default")) : "");
      assertDescribed(at, value);
      assertDescribed(at + "[]", value.path("items"));
    }
  }

  private static String plain(JsonNode value) {
    return value.isNumber()
        ? value.decimalValue().stripTrailingZeros().toPlainString()
        : value.asText();
  }

  private static Stream<Arguments> records() {
    String step = "steps/items/";
    return Stream.of(
        Arguments.of(
            "spec", ModelCompressionSpec.class, "{\"model\": {\"uri\": \"m\"}, \"steps\": []}", ""),
        Arguments.of("tuning", Tuning.class, "{}", "tuning"),
        Arguments.of("step", Step.class, "{\"name\": \"s\", \"optimize\": {}}", "steps/items"),
        Arguments.of("analyze", AnalyzeSettings.class, "{}", step + "analyze"),
        Arguments.of("prune", PruneSettings.class, "{}", step + "prune"),
        Arguments.of("fineTune", FineTuneSettings.class, "{}", step + "fineTune"),
        Arguments.of(
            "distillation",
            FineTuneSettings.Distillation.class,
            "{}",
            step + "fineTune/distillation"),
        Arguments.of("quantize", QuantizeSettings.class, "{}", step + "quantize"),
        Arguments.of("evaluate", EvaluateSettings.class, "{}", step + "evaluate"),
        Arguments.of(
            "release",
            ReleaseSpec.class,
            "{\"traffic\": {}, \"analysis\": {\"metrics\": []}}",
            "release"),
        Arguments.of("server", ServerTemplate.class, "{}", "release/server"),
        Arguments.of("traffic", Traffic.class, "{}", "release/traffic"),
        Arguments.of("analysis", Analysis.class, "{\"metrics\": []}", "release/analysis"),
        Arguments.of(
            "writeBack",
            WriteBack.class,
            "{\"repository\": \"r\", \"path\": \"p\"}",
            "release/writeBack"));
  }

  static JsonNode schema(String path) throws IOException {
    JsonNode at = part(CrdTest.COMPRESSION, "spec");
    for (String part : path.isEmpty() ? new String[0] : path.split("/")) {
      at = part.equals("items") ? at.path("items") : at.path("properties").path(part);
    }
    assertThat(at).as(path).isNotInstanceOf(MissingNode.class);
    return at;
  }

  /** Schema of spec or status of a kind. */
  static JsonNode part(String file, String part) throws IOException {
    return new YAMLMapper()
        .readTree(CrdTest.COMMITTED.resolve(file).toFile())
        .path("spec")
        .path("versions")
        .path(0)
        .path("schema")
        .path("openAPIV3Schema")
        .path("properties")
        .path(part);
  }
}
