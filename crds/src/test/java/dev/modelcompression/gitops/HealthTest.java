package dev.modelcompression.gitops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.cel.runtime.CelEvaluationException;
import dev.modelcompression.api.release.status.ModelReleaseStatus;
import dev.modelcompression.api.release.status.ReleasePhase;
import dev.modelcompression.api.status.ModelCompressionStatus;
import dev.modelcompression.api.status.Phase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Argo CD and Flux see the same health, in every phase, and before there is one. */
class HealthTest {
  static final Path GITOPS = Path.of("../deploy/gitops");
  static final Path LUA = GITOPS.resolve("argocd/resource_customizations/modelcompression.dev");

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final YAMLMapper YAML = new YAMLMapper();
  private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

  static Stream<Arguments> phases() {
    return Stream.concat(
        Stream.of(ReleasePhase.values())
            .map(phase -> Arguments.of("ModelRelease", text(phase), Health.of(phase))),
        Stream.of(Phase.values())
            .map(phase -> Arguments.of("ModelCompression", text(phase), Health.of(phase))));
  }

  @ParameterizedTest
  @MethodSource("phases")
  void everyPhaseHasItsHealth(String kind, String phase, Health expected) throws Exception {
    assertHealth(kind, object(kind, phase, "[]"), expected);
    assertHealth(
        kind,
        object(
            kind,
            phase,
            "[{'type':'Ready','status':'False'},{'type':'Reconciling','status':'True'},"
                + "{'type':'Stalled','status':'False'}]"),
        expected);
  }

  @ParameterizedTest
  @MethodSource("phases")
  void whatIsStalledIsDegraded(String kind, String phase, Health unused) throws Exception {
    String stalled = "[{'type':'Stalled','status':'True','message':'no Gateway'}]";

    assertHealth(kind, object(kind, phase, stalled), Health.DEGRADED);
    assertThat(argo(kind, object(kind, phase, stalled)).get("message"))
        .asString()
        .startsWith(phase)
        .endsWith(": no Gateway");
  }

  @ParameterizedTest
  @MethodSource("phases")
  void whatIsSuspendedIsHeldUntilItHasEnded(String kind, String phase, Health health)
      throws Exception {
    var object = object(kind, phase, "[]");
    object.withObject("/spec").put("suspend", true);

    assertHealth(kind, object, health.suspended());
  }

  @ParameterizedTest
  @CsvSource({
    "Succeeded, True, HEALTHY",
    "Succeeded, Unknown, PROGRESSING",
    "Succeeded, False, DEGRADED",
    "Running, False, PROGRESSING",
    "Running, Unknown, PROGRESSING",
    "Failed, Unknown, DEGRADED",
  })
  void theReleaseOfACompressionDecidesInTheEnd(String phase, String released, Health expected)
      throws Exception {
    String conditions = "[{'type':'Released','status':'%s','message':''}]".formatted(released);

    assertHealth("ModelCompression", object("ModelCompression", phase, conditions), expected);
  }

  @ParameterizedTest
  @MethodSource("phases")
  void whatTellsOfAnOlderSpecIsNotBelieved(String kind, String phase, Health unused)
      throws Exception {
    var object = object(kind, phase, "[{'type':'Ready','status':'True'}]");
    object.withObject("/metadata").put("generation", 4);

    assertHealth(kind, object, Health.PROGRESSING);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ModelRelease", "ModelCompression"})
  void whatHasNoStatusYetIsWaitedFor(String kind) throws Exception {
    var object = object(kind, "Succeeded", "[]");
    object.putObject("status");
    assertHealth(kind, object, Health.PROGRESSING);

    object.withObject("/status").put("observedGeneration", 3);
    assertHealth(kind, object, Health.PROGRESSING);

    object.withObject("/status").put("phase", "FromTheFuture");
    assertHealth(kind, object, Health.PROGRESSING);

    object.remove("status");
    assertThat(argo(kind, object)).containsEntry("status", "Progressing");
    assertThatThrownBy(() -> flux(kind, object))
        .as("Flux waits")
        .isInstanceOf(CelEvaluationException.class)
        .hasMessageContaining("No such attribute(s): status");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ModelRelease", "ModelCompression"})
  void theTestsInArgosFormHold(String kind) throws IOException {
    var tests = YAML.readTree(LUA.resolve(kind).resolve("health_test.yaml").toFile()).path("tests");

    assertThat(tests).isNotEmpty();
    for (JsonNode test : tests) {
      var object = object(LUA.resolve(kind).resolve(test.path("inputPath").asText()));
      assertThat(argo(kind, object))
          .as(test.path("inputPath").asText())
          .isEqualTo(JSON.convertValue(test.path("healthStatus"), OBJECT));
    }
    try (var files = Files.list(LUA.resolve(kind).resolve("testdata"))) {
      assertThat(files.map(file -> "testdata/" + file.getFileName()))
          .as("no file is there for nothing")
          .containsExactlyInAnyOrderElementsOf(
              StreamSupport.stream(tests.spliterator(), false)
                  .map(test -> test.path("inputPath").asText())
                  .toList());
    }
  }

  /** An object of a file, whose status is one that the operator can write. */
  static ObjectNode object(Path file) throws IOException {
    var object = (ObjectNode) YAML.readTree(file.toFile());
    Class<?> status =
        object.path("kind").asText().equals("ModelRelease")
            ? ModelReleaseStatus.class
            : ModelCompressionStatus.class;
    assertThat(JSON.treeToValue(object.path("status"), status)).isNotNull();
    return object;
  }

  private static ObjectNode object(String kind, String phase, String conditions)
      throws IOException {
    return (ObjectNode)
        JSON.readTree(
            """
            {'apiVersion':'modelcompression.dev/v1alpha1','kind':'%s',
             'metadata':{'name':'fashion','generation':3},'spec':{},
             'status':{'observedGeneration':3,'phase':'%s','conditions':%s}}
            """
                .formatted(kind, phase, conditions)
                .replace('\'', '"'));
  }

  private static void assertHealth(String kind, JsonNode object, Health expected)
      throws IOException, CelEvaluationException {
    assertThat(argo(kind, object)).containsEntry("status", expected.argo);
    assertThat(flux(kind, object)).isEqualTo(expected.flux);
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> argo(String kind, JsonNode object) throws IOException {
    var result =
        LuaScript.run(LUA.resolve(kind).resolve("health.lua"), JSON.convertValue(object, OBJECT));
    assertThat(result).isInstanceOf(Map.class);
    return (Map<String, Object>) result;
  }

  private static String flux(String kind, JsonNode object)
      throws IOException, CelEvaluationException {
    for (JsonNode entry :
        YAML.readTree(GITOPS.resolve("flux/health-check-exprs.yaml").toFile())
            .path("healthCheckExprs")) {
      if (entry.path("kind").asText().equals(kind)) {
        assertThat(entry.path("apiVersion")).isEqualTo(object.path("apiVersion"));
        return new FluxHealth(entry).of(longs(object));
      }
    }
    throw new AssertionError("no expressions for " + kind);
  }

  /** Whole numbers as CEL has them. */
  private static Map<String, Object> longs(JsonNode object) throws IOException {
    return new ObjectMapper()
        .enable(DeserializationFeature.USE_LONG_FOR_INTS)
        .readValue(object.toString(), OBJECT);
  }

  private static String text(Object phase) {
    return JSON.valueToTree(phase).asText();
  }
}
