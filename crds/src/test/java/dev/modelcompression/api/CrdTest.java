package dev.modelcompression.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.modelcompression.api.pod.Quantity;
import dev.modelcompression.api.release.ModelRelease;
import dev.modelcompression.api.status.Phase;
import dev.modelcompression.contract.CanonicalJson;
import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.crdv2.generator.CRDPostProcessor;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaPropsBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CrdTest {
  static final String COMPRESSION = "modelcompressions.modelcompression.dev-v1.yml";
  static final String RELEASE = "modelreleases.modelcompression.dev-v1.yml";
  static final Path COMMITTED = Path.of("src/main/resources/META-INF/fabric8");

  @ParameterizedTest
  @ValueSource(strings = {COMPRESSION, RELEASE})
  void crdIsGeneratedFromTheRecords(String file, @TempDir Path folder) throws IOException {
    new CRDGenerator()
        .customResourceClasses(ModelCompression.class, ModelRelease.class)
        .forCRDVersions("v1")
        .withPostProcessor(new Finish())
        .inOutputDir(folder.toFile())
        .generate();
    Generated.assertCurrent(COMMITTED.resolve(file), Files.readString(folder.resolve(file)));
  }

  @ParameterizedTest
  @ValueSource(strings = {COMPRESSION, RELEASE})
  void chartInstallsThisCrd(String file) throws IOException {
    Generated.assertCurrent(
        Path.of("../deploy/helm/model-compression-operator/files/crd", file),
        Files.readString(COMMITTED.resolve(file)));
  }

  /** {@code kubectl apply} keeps the whole object in an annotation of at most 256 KiB. */
  @ParameterizedTest
  @ValueSource(strings = {COMPRESSION, RELEASE})
  void crdIsSmallEnoughForPlainApply(String file) throws IOException {
    assertThat(Files.size(COMMITTED.resolve(file))).isLessThan(256 * 1024);
  }

  /** So that {@code kubectl get -o wide} tells what a compression waits for. */
  @Test
  void wideColumnsSayWhy() throws IOException {
    JsonNode columns =
        new YAMLMapper()
            .readTree(COMMITTED.resolve(COMPRESSION).toFile())
            .at("/spec/versions/0/additionalPrinterColumns");
    assertThat(columns)
        .filteredOn(column -> column.path("priority").asInt() == 1)
        .extracting(column -> column.path("name").asText() + " " + column.path("jsonPath").asText())
        .containsExactly(
            "Reason .status.conditions[?(@.type==\"Succeeded\")].reason",
            "Message .status.message");
  }

  @ParameterizedTest
  @EnumSource
  void descriptionOfThePhaseSaysWhatEachMeans(Phase phase) throws IOException {
    assertThat(
            DefaultsTest.part(COMPRESSION, "status")
                .at("/properties/phase/description")
                .asText()
                .replaceAll("\\s+", " "))
        .contains(" " + CanonicalJson.of(phase).replace("\"", "") + ": ");
  }

  /** All steps have as many threads, as results depend on them to the last bit. */
  @Test
  void descriptionOfAStepsResourcesSaysThatTheyGiveNoThreads() throws IOException {
    assertThat(
            DefaultsTest.part(COMPRESSION, "spec")
                .at("/properties/steps/items/properties/resources/description")
                .asText()
                .replaceAll("\\s+", " "))
        .contains("do not change how many threads the step computes with: podTemplate.resources");
  }

  /** What the kinds are, for {@code kubectl explain}. */
  private enum Kind {
    ModelCompression(
        "ModelCompression compresses one ONNX model, proves that the result is good enough, and"
            + " keeps it.",
        "spec is the desired compression: a model, the steps that make it smaller, and the gates that the"
            + " result must pass."),
    ModelRelease(
        "ModelRelease lets a candidate take over the requests of a baseline step by step, and takes"
            + " it back when a measurement breaks a limit.",
        "spec is the desired release: both models, how they are served, how requests are divided, and"
            + " what decides.");

    private final String description;
    private final String spec;

    Kind(String description, String spec) {
      this.description = description;
      this.spec = spec;
    }
  }

  /** What no annotation of the generator can say. */
  private static final class Finish implements CRDPostProcessor {
    private static final List<String> COLUMNS =
        List.of(
            "Phase", "Weight", "Step", "Size", "Latency", "Drop", "Verdict", "Reason", "Message",
            "Age");

    @Override
    public HasMetadata process(HasMetadata crd, String version) {
      CustomResourceDefinition definition = (CustomResourceDefinition) crd;
      definition.getSpec().getNames().setCategories(List.of("all", "model-compression"));
      definition
          .getSpec()
          .getVersions()
          .get(0)
          .getAdditionalPrinterColumns()
          .sort(Comparator.comparing(column -> COLUMNS.indexOf(column.getName())));
      JSONSchemaProps root =
          definition.getSpec().getVersions().get(0).getSchema().getOpenAPIV3Schema();
      Kind kind = Kind.valueOf(definition.getSpec().getNames().getKind());
      root.setDescription(kind.description);
      describe(root, "spec", kind.spec);
      describe(root, "status", "status is what the operator found and did; it alone writes it.");
      JSONSchemaProps conditions = property(property(root, "status"), "conditions");
      conditions.setXKubernetesListType("map");
      conditions.setXKubernetesListMapKeys(List.of("type"));
      quantities(root);
      return definition;
    }

    private static void describe(JSONSchemaProps root, String field, String text) {
      property(root, field).setDescription(text);
    }

    private static JSONSchemaProps property(JSONSchemaProps schema, String name) {
      return Objects.requireNonNull(schema.getProperties().get(name), name);
    }

    /** Amounts may stand in YAML as text or as whole numbers, as in a Pod. */
    private static void quantities(JSONSchemaProps schema) {
      if (Quantity.PATTERN.equals(schema.getPattern())) {
        schema.setType(null);
        schema.setXKubernetesIntOrString(true);
        schema.setAnyOf(
            List.of(
                new JSONSchemaPropsBuilder().withType("integer").build(),
                new JSONSchemaPropsBuilder().withType("string").build()));
      }
      if (schema.getProperties() != null) {
        schema.getProperties().values().forEach(Finish::quantities);
      }
      if (schema.getItems() != null && schema.getItems().getSchema() != null) {
        quantities(schema.getItems().getSchema());
      }
      if (schema.getAdditionalProperties() != null
          && schema.getAdditionalProperties().getSchema() != null) {
        quantities(schema.getAdditionalProperties().getSchema());
      }
    }
  }
}
