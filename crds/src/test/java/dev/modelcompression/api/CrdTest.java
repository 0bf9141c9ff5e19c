package dev.modelcompression.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.api.pod.Quantity;
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

class CrdTest {
  static final String FILE = "modelcompressions.modelcompression.dev-v1.yml";
  private static final Path COMMITTED = Path.of("src/main/resources/META-INF/fabric8", FILE);

  @Test
  void crdIsGeneratedFromTheRecords(@TempDir Path folder) throws IOException {
    new CRDGenerator()
        .customResourceClasses(ModelCompression.class)
        .forCRDVersions("v1")
        .withPostProcessor(new Finish())
        .inOutputDir(folder.toFile())
        .generate();
    Generated.assertCurrent(COMMITTED, Files.readString(folder.resolve(FILE)));
  }

  @Test
  void chartInstallsThisCrd() throws IOException {
    Generated.assertCurrent(
        Path.of("../deploy/helm/model-compression-operator/files/crd", FILE),
        Files.readString(COMMITTED));
  }

  /** {@code kubectl apply} keeps the whole object in an annotation of at most 256 KiB. */
  @Test
  void crdIsSmallEnoughForPlainApply() throws IOException {
    assertThat(Files.size(COMMITTED)).isLessThan(256 * 1024);
  }

  /** What no annotation of the generator can say. */
  private static final class Finish implements CRDPostProcessor {
    private static final List<String> COLUMNS =
        List.of("Phase", "Step", "Size", "Latency", "Drop", "Age");

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
      root.setDescription(
          "ModelCompression compresses one ONNX model, proves that the result is good enough, and"
              + " keeps it.");
      describe(root, "spec", "spec is the desired compression.");
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
