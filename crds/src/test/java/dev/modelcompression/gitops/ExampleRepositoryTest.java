package dev.modelcompression.gitops;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.modelcompression.api.Durations;
import dev.modelcompression.api.Manifest;
import dev.modelcompression.api.release.ReleaseSpec;
import dev.modelcompression.contract.ContractJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The example repository fits the API, and its parts fit each other. */
class ExampleRepositoryTest {
  private static final Path EXAMPLE = Path.of("../examples/gitops");
  private static final Path RELEASE = EXAMPLE.resolve("apps/fashion/release.yaml");
  private static final Path CRD =
      Path.of("src/main/resources/META-INF/fabric8/modelreleases.modelcompression.dev-v1.yml");
  private static final YAMLMapper YAML = new YAMLMapper();

  @Test
  void theReleaseFitsTheApi() throws IOException {
    var release = YAML.readTree(RELEASE.toFile());
    var schema =
        YAML.readTree(CRD.toFile()).at("/spec/versions/0/schema/openAPIV3Schema/properties/spec");

    assertThat(release.path("apiVersion").asText())
        .isEqualTo(Manifest.GROUP + "/" + Manifest.VERSION);
    assertThat(
            JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V4)
                .getSchema(schema)
                .validate(release.path("spec")))
        .isEmpty();
    assertThat(spec().candidate()).isNotNull();
  }

  @Test
  void theBaselineIsTheExamplesModel() throws Exception {
    var baseline = spec().baseline();

    assertThat(baseline).isNotNull();
    assertThat(baseline.model().digest())
        .isEqualTo(digest(Path.of("../examples/fashion-mnist/resnet8.onnx")));
  }

  @Test
  void theOutcomeIsWrittenIntoThisFile() throws IOException {
    var writeBack = spec().writeBack();

    assertThat(writeBack).isNotNull();
    assertThat(EXAMPLE.resolve(writeBack.path())).isEqualTo(RELEASE);
    assertThat(writeBack.repository())
        .isEqualTo(documents("flux/fashion.yaml").get(0).at("/spec/url").asText())
        .isEqualTo(documents("argocd/fashion.yaml").get(0).at("/spec/source/repoURL").asText());
  }

  @Test
  void fluxWaitsForTheReleaseForLongEnough() throws IOException {
    var kustomization = documents("flux/fashion.yaml").get(1).path("spec");
    var shipped =
        YAML.readTree(HealthTest.GITOPS.resolve("flux/health-check-exprs.yaml").toFile())
            .path("healthCheckExprs");
    var release = YAML.readTree(RELEASE.toFile());

    assertThat(kustomization.path("healthCheckExprs"))
        .isNotEmpty()
        .allSatisfy(expressions -> assertThat(shipped).contains(expressions));
    assertThat(kustomization.path("healthChecks")).hasSize(1);
    for (String field : List.of("apiVersion", "kind")) {
      assertThat(kustomization.at("/healthChecks/0").path(field)).isEqualTo(release.path(field));
    }
    for (String field : List.of("name", "namespace")) {
      assertThat(kustomization.at("/healthChecks/0").path(field))
          .isEqualTo(release.path("metadata").path(field));
    }
    assertThat(Durations.parse(kustomization.path("timeout").asText()))
        .isGreaterThan(Durations.parse(spec().progressDeadline()));
    assertThat(EXAMPLE.resolve(kustomization.path("path").asText()).resolve("kustomization.yaml"))
        .exists();
  }

  @Test
  void argoCdSyncsTheApplicationsFolder() throws IOException {
    var source = documents("argocd/fashion.yaml").get(0).at("/spec/source");
    var folder = EXAMPLE.resolve(source.path("path").asText());
    var kustomization = YAML.readTree(folder.resolve("kustomization.yaml").toFile());

    assertThat(kustomization.path("resources"))
        .isNotEmpty()
        .allSatisfy(file -> assertThat(folder.resolve(file.asText())).exists());
    assertThat(kustomization.path("namespace"))
        .isEqualTo(YAML.readTree(RELEASE.toFile()).at("/metadata/namespace"));
  }

  private static ReleaseSpec spec() throws IOException {
    return ContractJson.read(
        YAML.readTree(RELEASE.toFile()).path("spec").toString(), ReleaseSpec.class, "spec");
  }

  private static List<JsonNode> documents(String file) throws IOException {
    try (MappingIterator<JsonNode> documents =
        YAML.readerFor(JsonNode.class).readValues(EXAMPLE.resolve(file).toFile())) {
      return documents.readAll();
    }
  }

  private static String digest(Path file) throws IOException, NoSuchAlgorithmException {
    return "sha256:"
        + HexFormat.of()
            .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
  }
}
