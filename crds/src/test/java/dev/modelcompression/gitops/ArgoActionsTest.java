package dev.modelcompression.gitops;

import static dev.modelcompression.gitops.HealthTest.GITOPS;
import static dev.modelcompression.gitops.HealthTest.LUA;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The commands of a release as actions in Argo CD, and all scripts in its ConfigMap. */
class ArgoActionsTest {
  private static final Path ACTIONS = LUA.resolve("ModelRelease/actions");
  private static final Path CONFIG = GITOPS.resolve("argocd/argocd-cm.yaml");
  private static final List<String> VERBS = List.of("abort", "pause", "promote", "resume", "retry");
  private static final YAMLMapper YAML = new YAMLMapper();
  private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

  @Test
  void eachPhaseOffersTheCommandsThatItTakes() throws IOException {
    for (JsonNode test : tests("discoveryTests")) {
      Map<String, Object> expected = new TreeMap<>();
      for (JsonNode action : test.path("result")) {
        expected.put(
            action.path("name").asText(), Map.of("disabled", action.path("disabled").asBoolean()));
      }
      assertThat(expected).containsOnlyKeys(VERBS);
      assertThat(LuaScript.run(ACTIONS.resolve("discovery.lua"), object(test, "inputPath")))
          .as(test.path("inputPath").asText())
          .isEqualTo(expected);
    }
  }

  @Test
  void anActionSetsTheCommandForTheRunThatIsShown() throws IOException {
    assertThat(tests("actionTests")).hasSize(VERBS.size());
    for (JsonNode test : tests("actionTests")) {
      String action = test.path("action").asText();
      var expected = object(test, "expectedOutputPath");

      assertThat(LuaScript.run(ACTIONS.resolve(action + "/action.lua"), object(test, "inputPath")))
          .as(action)
          .isEqualTo(LuaScript.roundTrip(expected));
      assertThat(expected.get("metadata"))
          .extracting("annotations")
          .isEqualTo(Map.of("modelcompression.dev/command", action + "/r-7f3/4711"));
    }
  }

  @Test
  void theConfigMapHasTheScriptsAsTheyAre() throws IOException {
    String text = configMap();
    if (System.getProperty("generate") != null) {
      Files.writeString(CONFIG, text);
    }
    assertThat(Files.readString(CONFIG))
        .as("stale; run: mvn -pl crds test -Dtest=ArgoActionsTest -Dgenerate")
        .isEqualTo(text);

    var data = YAML.readTree(text).path("data");
    assertThat(
            data.path("resource.customizations.health.modelcompression.dev_ModelRelease").asText())
        .isEqualTo(Files.readString(LUA.resolve("ModelRelease/health.lua")));
    var actions =
        YAML.readTree(
            data.path("resource.customizations.actions.modelcompression.dev_ModelRelease")
                .asText());
    assertThat(actions.path("discovery.lua").asText())
        .isEqualTo(Files.readString(ACTIONS.resolve("discovery.lua")));
    assertThat(actions.path("definitions"))
        .extracting(definition -> definition.path("name").asText())
        .containsExactlyElementsOf(VERBS);
  }

  private static String configMap() throws IOException {
    var text = new StringBuilder();
    text.append("# Merge into Argo CD's own ConfigMap, see ../README.md. Generated from")
        .append(" resource_customizations.\n")
        .append("apiVersion: v1\nkind: ConfigMap\n")
        .append("metadata:\n  name: argocd-cm\n  namespace: argocd\n")
        .append(
            "  labels: {app.kubernetes.io/name: argocd-cm, app.kubernetes.io/part-of: argocd}\n")
        .append("data:\n");
    for (String kind : List.of("ModelCompression", "ModelRelease")) {
      text.append("  resource.customizations.health.modelcompression.dev_" + kind + ": |\n")
          .append(indented(LUA.resolve(kind).resolve("health.lua"), 4));
    }
    text.append("  resource.customizations.actions.modelcompression.dev_ModelRelease: |\n")
        .append("    discovery.lua: |\n")
        .append(indented(ACTIONS.resolve("discovery.lua"), 6))
        .append("    definitions:\n");
    for (String verb : VERBS) {
      text.append("    - name: " + verb + "\n      action.lua: |\n")
          .append(indented(ACTIONS.resolve(verb + "/action.lua"), 8));
    }
    return text.toString();
  }

  private static String indented(Path script, int columns) throws IOException {
    return Files.readString(script).replaceAll("(?m)^(?=.)", " ".repeat(columns));
  }

  private static JsonNode tests(String name) throws IOException {
    var tests = YAML.readTree(ACTIONS.resolve("action_test.yaml").toFile()).path(name);
    assertThat(tests).isNotEmpty();
    return tests;
  }

  private static Map<String, Object> object(JsonNode test, String path) throws IOException {
    return new ObjectMapper()
        .convertValue(HealthTest.object(ACTIONS.resolve(test.path(path).asText())), OBJECT);
  }
}
