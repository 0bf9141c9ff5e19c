package dev.modelcompression.operator.decide;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.modelcompression.manifest.ModelCompressionParser;
import dev.modelcompression.operator.job.StepJobs;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The Jobs that manifests become. {@code ManifestsIT} makes the same Jobs' pods in a namespace that
 * enforces the level {@code restricted}.
 */
class JobsOfManifestsTest {
  private static final Path MANIFESTS = Path.of("../crds/src/test/resources/manifests");
  private static final Path GOLDEN = Path.of("src/test/resources/jobs");

  /** With everything that a pod template may say, and with nothing. */
  private static final List<String> SHOWN = List.of("valid-cluster", "valid-smallest");

  @Test
  void jobsAreAsShown() throws IOException {
    Map<String, String> made = new TreeMap<>();
    for (String name : SHOWN) {
      for (Job job : jobs(MANIFESTS.resolve(name + ".yaml"))) {
        String step = job.getMetadata().getLabels().get("modelcompression.dev/step");
        made.put(name.replace("valid-", "") + "-" + step + ".yaml", Serialization.asYaml(job));
      }
    }
    if (System.getProperty("generate") != null) {
      Files.createDirectories(GOLDEN);
      for (Map.Entry<String, String> file : made.entrySet()) {
        Files.writeString(GOLDEN.resolve(file.getKey()), file.getValue());
      }
    }
    Map<String, String> shown = new TreeMap<>();
    try (Stream<Path> files = Files.list(GOLDEN)) {
      for (Path file : files.toList()) {
        shown.put(String.valueOf(file.getFileName()), Files.readString(file));
      }
    }
    assertThat(made)
        .as(
            "to write them anew: mvn -pl operator -am test -Dtest=JobsOfManifestsTest -Dsurefire.failIfNoSpecifiedTests=false -Dgenerate")
        .isEqualTo(shown);
  }

  /** Whatever a manifest says: the same user, the same bounds, and nothing of the node. */
  @ParameterizedTest
  @MethodSource("valid")
  void noManifestGetsAnotherSecurity(Path file) throws IOException {
    List<Job> jobs = jobs(file);
    assertThat(jobs).hasSizeGreaterThan(1);
    for (Job job : jobs) {
      PodSpec pod = job.getSpec().getTemplate().getSpec();
      assertThat(pod.getContainers()).hasSize(1);
      assertThat(pod.getInitContainers()).isEmpty();
      assertThat(pod.getEphemeralContainers()).isEmpty();
      assertThat(List.of("Network", "PID", "IPC", "Users"))
          .allSatisfy(
              host -> assertThat(Serialization.asYaml(pod)).doesNotContain("host" + host + ":"));
      assertThat(pod.getAutomountServiceAccountToken()).isFalse();
      assertThat(Serialization.asYaml(pod.getSecurityContext()))
          .isEqualTo(
              """
              ---
              fsGroup: 65532
              fsGroupChangePolicy: "OnRootMismatch"
              runAsGroup: 65532
              runAsNonRoot: true
              runAsUser: 65532
              seccompProfile:
                type: "RuntimeDefault"
              """);
      Container step = pod.getContainers().get(0);
      assertThat(Serialization.asYaml(step.getSecurityContext()))
          .isEqualTo(
              """
              ---
              allowPrivilegeEscalation: false
              capabilities:
                drop:
                - "ALL"
              readOnlyRootFilesystem: true
              """);
      assertThat(step.getCommand()).isEmpty();
      assertThat(step.getPorts()).isEmpty();
      assertThat(step.getLifecycle()).isNull();
      assertThat(step.getResources().getLimits()).containsKeys("memory", "ephemeral-storage");
      assertThat(
              step.getResources().getRequests().containsKey("cpu")
                  || step.getResources().getLimits().containsKey("cpu"))
          .isTrue();
      assertThat(job.getSpec().getActiveDeadlineSeconds()).isNull();
      assertThat(pod.getActiveDeadlineSeconds()).isPositive();
      assertThat(pod.getVolumes().get(0).getEmptyDir().getSizeLimit())
          .isEqualTo(step.getResources().getLimits().get("ephemeral-storage"));
      assertThat(pod.getVolumes()).allMatch(JobsOfManifestsTest::isHarmless);
      // Kubernetes takes the last of two of the same name: ours.
      assertThat(step.getEnv().get(step.getEnv().size() - 1).getName()).startsWith("MC_");
    }
  }

  /** A user's image may be for any node. */
  @Test
  void onlyOurOwnImagesNeedNodesOfTheirKind() throws IOException {
    Map<String, Map<String, String>> nodes = new TreeMap<>();
    jobs(MANIFESTS.resolve("valid-custom.yaml"))
        .forEach(
            job ->
                nodes.put(
                    job.getMetadata().getLabels().get("modelcompression.dev/step"),
                    Objects.requireNonNullElse(
                        job.getSpec().getTemplate().getSpec().getNodeSelector(), Map.of())));
    assertThat(nodes)
        .isEqualTo(
            Map.of(
                "inputs",
                Map.of("kubernetes.io/arch", "amd64", "kubernetes.io/os", "linux"),
                "own",
                Map.of()));
  }

  /** A field that is added here needs a look at what it lets into a pod, and a test above. */
  @Test
  void podTemplateHasNoFieldThatNobodyLookedAt() throws IOException {
    JsonNode template =
        new YAMLMapper()
            .readTree(
                Path.of(
                        "../crds/src/main/resources/META-INF/fabric8/modelcompressions.modelcompression.dev-v1.yml")
                    .toFile())
            .at(
                "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/podTemplate/properties");
    assertThat(names(template))
        .containsExactlyInAnyOrder(
            "affinity",
            "annotations",
            "env",
            "imagePullSecrets",
            "labels",
            "nodeSelector",
            "priorityClassName",
            "queueName",
            "resources",
            "runtimeClassName",
            "serviceAccountName",
            "tolerations",
            "volumeMounts",
            "volumes");
    assertThat(names(template.at("/volumes/items/properties")))
        .containsExactlyInAnyOrder(
            "name", "configMap", "emptyDir", "persistentVolumeClaim", "secret");
    assertThat(names(template.at("/volumeMounts/items/properties")))
        .containsExactlyInAnyOrder("name", "mountPath", "subPath", "readOnly");
  }

  private static boolean isHarmless(Volume volume) {
    return Stream.of(
                volume.getEmptyDir(),
                volume.getConfigMap(),
                volume.getSecret(),
                volume.getPersistentVolumeClaim())
            .filter(java.util.Objects::nonNull)
            .count()
        == 1;
  }

  /** The Jobs of the inputs and of all steps up to the end. */
  private static List<Job> jobs(Path file) throws IOException {
    RunOnPaper run = new RunOnPaper("  steps: [{name: other, optimize: {}}]\n");
    run.compression.setSpec(
        ModelCompressionParser.parse(
                Files.readString(file).replace("suspend: true", "suspend: false"), file.toString())
            .spec());
    List<Job> jobs = new ArrayList<>();
    int seen = 0;
    do {
      seen = run.pods.size();
      run.reconcile();
      run.end(RunOnPaper::sound);
    } while (run.pods.size() > seen);
    run.pods
        .values()
        .forEach(pod -> jobs.add(StepJobs.of(run.compression, pod, RunOnPaper.SETTINGS)));
    return jobs;
  }

  private static List<String> names(JsonNode properties) {
    List<String> names = new ArrayList<>();
    properties.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static Stream<Path> valid() throws IOException {
    try (Stream<Path> files = Files.list(MANIFESTS)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("valid-"))
          .sorted()
          .toList()
          .stream();
    }
  }
}
