package dev.modelcompression.operator.release.manifest;

import static dev.modelcompression.operator.release.manifest.Releases.BASELINE;
import static dev.modelcompression.operator.release.manifest.Releases.CANDIDATE;
import static dev.modelcompression.operator.release.manifest.Releases.NEW;
import static dev.modelcompression.operator.release.manifest.Releases.OLD;
import static dev.modelcompression.operator.release.manifest.Releases.SETTINGS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelcompression.api.release.ModelRelease;
import dev.modelcompression.contract.WriteBackRequest.Outcome;
import dev.modelcompression.operator.TestSettings;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkloadsTest {
  private static final String RELEASE = "modelcompression.dev/release";
  private static final String WORKLOAD = "modelcompression.dev/workload";

  private static final String DEPLOYED =
      """
      baseline:
        model: {uri: 'pvc://models/old.onnx', digest: '%s'}
        deployment: {name: classifier}
      candidate: {model: {uri: 'pvc://more/new.onnx', digest: '%s'}}
      server: {port: 9000}
      traffic: {gateway: {name: web}}
      analysis: {dataset: {uri: 's3://data/test.npz'}, metrics: [{name: errorRate, max: 0.01}]}
      """
          .formatted(OLD, NEW);

  private final ModelRelease deployed = Releases.release(DEPLOYED);
  private final Side other = Side.of("fashion", "pvc://more/new.onnx", NEW);

  @ParameterizedTest
  @CsvSource({
    "1, 0, 0",
    "1, 1, 1",
    "1, 10, 1",
    "1, 50, 1",
    "1, 67, 2",
    "1, 75, 3",
    "1, 90, 9",
    "1, 95, 9",
    "1, 100, 1",
    "3, 10, 1",
    "3, 25, 1",
    "3, 32, 1",
    "3, 33, 2",
    "3, 50, 3",
    "3, 100, 3",
    "10, 5, 1",
    "10, 10, 1",
    "10, 14, 2",
    "10, 20, 3",
    "10, 30, 4",
    "10, 100, 10",
    "100, 1, 1",
    "100, 90, 900"
  })
  void candidatePodsComeNearestToTheWeight(int total, int weight, int candidates) {
    assertThat(Replicas.of(total, weight)).isEqualTo(candidates);
  }

  @ParameterizedTest
  @CsvSource({"0, 0, 0", "1, 0, 0", "1, 1, 50", "9, 1, 10", "2, 1, 33", "0, 3, 100"})
  void weightOfPods(int baseline, int candidate, int weight) {
    assertThat(Replicas.weight(baseline, candidate)).isEqualTo(weight);
  }

  @Test
  void sharedServiceSelectsWhoGetsRequests() {
    ModelRelease release = Releases.release(Releases.FOREIGN);
    Map<String, String> baseline = Map.of(RELEASE, "fashion", WORKLOAD, "fashion-a1a1a1a1");
    assertThat(shared(release, Optional.empty(), 0)).isEqualTo(baseline);
    assertThat(shared(release, Optional.of(CANDIDATE), 0)).isEqualTo(baseline);
    assertThat(shared(release, Optional.of(CANDIDATE), 100))
        .isEqualTo(Map.of(RELEASE, "fashion", WORKLOAD, "fashion-b2b2b2b2"));
    Map<String, String> both = shared(release, Optional.of(CANDIDATE), 50);
    for (Side side : new Side[] {BASELINE, CANDIDATE}) {
      assertThat(
              Workloads.deployment(release, side, 1, SETTINGS)
                  .getSpec()
                  .getTemplate()
                  .getMetadata()
                  .getLabels())
          .containsAllEntriesOf(both);
    }
    assertThat(
            ReleaseJobs.probe(
                    release,
                    "r-1",
                    BASELINE,
                    CANDIDATE,
                    new ReleaseJobs.Round(1, 0, false),
                    Endpoints.services(release, BASELINE, CANDIDATE),
                    SETTINGS)
                .getSpec()
                .getTemplate()
                .getMetadata()
                .getLabels()
                .entrySet())
        .as("a Job gets no requests")
        .doesNotContainSequence(both.entrySet())
        .doesNotContain(Map.entry("app.kubernetes.io/component", "server"));
  }

  @Test
  void aCopyHasTheOtherModelWhereverTheOldOneStood() {
    Deployment theirs = theirs();
    Deployment copy = Workloads.copyOf(deployed, theirs, other, 2);
    assertThat(copy.getMetadata().getName()).isEqualTo("fashion-b2b2b2b2");
    assertThat(copy.getSpec().getReplicas()).isEqualTo(2);
    assertThat(copy.getSpec().getTemplate().getMetadata().getLabels())
        .containsAllEntriesOf(copy.getSpec().getSelector().getMatchLabels())
        .doesNotContainKey("app");
    assertThat(copy.getSpec().getTemplate().getMetadata().getAnnotations())
        .isEqualTo(Map.of("note", "x"));
    PodSpec pod = copy.getSpec().getTemplate().getSpec();
    assertThat(pod.getInitContainers().get(0).getCommand())
        .containsExactly("sh", "-c", "get 'pvc://more/new.onnx' " + NEW.substring(7));
    Container server = pod.getContainers().get(0);
    assertThat(server.getArgs())
        .containsExactly(
            "--model=pvc://more/new.onnx",
            "--spare=pvc://models/old.onnx.bak",
            "--parent=pvc://models/old.onnx/x");
    assertThat(server.getEnv().stream().map(variable -> String.valueOf(variable.getValue())))
        .containsExactly("pvc://more/new.onnx,pvc://more/new.onnx", NEW, "b2b2b2b2", "null");
    assertThat(server.getVolumeMounts())
        .extracting(mount -> mount.getMountPath())
        .containsExactly("/mnt/claims/models", "/mnt/claims/more");
    assertThat(pod.getVolumes())
        .extracting(volume -> volume.getPersistentVolumeClaim().getClaimName())
        .containsExactly("models", "more");
    assertThat(server.getLifecycle().getPreStop().getSleep().getSeconds()).isEqualTo(10);
    assertThat(pod.getTerminationGracePeriodSeconds()).isEqualTo(45);
    assertThat(theirs).as("it is never changed").isEqualTo(theirs());
  }

  @Test
  void aCopyKeepsWhatTheUserSaysOfItsEnd() {
    Deployment theirs = theirs();
    PodSpec pod = theirs.getSpec().getTemplate().getSpec();
    pod.setTerminationGracePeriodSeconds(300L);
    pod.getContainers()
        .get(0)
        .setLifecycle(
            Serialization.unmarshal(
                "preStop: {exec: {command: [drain]}}",
                io.fabric8.kubernetes.api.model.Lifecycle.class));
    PodSpec copy = Workloads.copyOf(deployed, theirs, other, 1).getSpec().getTemplate().getSpec();
    assertThat(copy.getTerminationGracePeriodSeconds()).isEqualTo(300);
    assertThat(copy.getContainers().get(0).getLifecycle().getPreStop().getExec().getCommand())
        .containsExactly("drain");
  }

  @Test
  void refusesADeploymentThatDoesNotNameTheModel() {
    Deployment theirs = theirs();
    PodSpec pod = theirs.getSpec().getTemplate().getSpec();
    pod.setInitContainers(List.of());
    pod.getContainers().get(0).setEnv(List.of());
    pod.getContainers().get(0).getArgs().remove(0);
    assertThatThrownBy(() -> Workloads.copyOf(deployed, theirs, other, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "spec.baseline.deployment: 'pvc://models/old.onnx' stands in no argument, command or variable of Deployment 'classifier', so there is nothing to put the candidate's in place of");
  }

  @Test
  void theServiceOfAUsersDeploymentSelectsItsPods() {
    var service = Workloads.service(deployed, BASELINE, theirs());
    assertThat(service.getMetadata().getName()).isEqualTo("fashion-a1a1a1a1");
    assertThat(service.getSpec().getSelector()).isEqualTo(Map.of("app", "classifier"));
    assertThat(service.getSpec().getPorts()).hasSize(1);
    assertThat(service.getSpec().getPorts().get(0).getPort()).isEqualTo(80);
    assertThat(service.getSpec().getPorts().get(0).getTargetPort().getIntVal()).isEqualTo(9000);
  }

  @Test
  void queriesAreFilledWithNames() {
    ModelRelease release = Releases.release(Releases.FOREIGN);
    assertThat(
            Queries.fill(
                "a{x=\"{{namespace}}/{{release}}/{{ workload }}/{{model}}\"}[{{interval}}]",
                release,
                CANDIDATE))
        .isEqualTo("a{x=\"team/fashion/fashion-b2b2b2b2/Net_1\"}[30s]");
    assertThat(Queries.fill("sum(rate(a{b=\"c$1\"}[1m]))", release, CANDIDATE))
        .isEqualTo("sum(rate(a{b=\"c$1\"}[1m]))");
    assertThatThrownBy(() -> Queries.fill("a{x=\"{{pod}}\"}", release, CANDIDATE))
        .hasMessage(
            "unknown placeholder '{{pod}}', expected one of namespace, release, workload, model, interval");
  }

  @Test
  void saysWhatKeepsAReleaseFromBeingMade() {
    assertThat(ReleaseProblems.of(Releases.release(Releases.FOREIGN), SETTINGS)).isEmpty();
    assertThat(ReleaseProblems.of(Releases.release(Releases.GATEWAY), SETTINGS)).isEmpty();
    assertThat(ReleaseProblems.of(deployed, TestSettings.of())).isEmpty();
    assertThat(ReleaseProblems.of(Releases.release(Releases.GATEWAY), TestSettings.of()))
        .containsExactly(
            "spec.server.image: is missing, and this operator was given no model server of its own (MC_SERVER_IMAGE)");
    assertThat(
            ReleaseProblems.of(
                Releases.release(Releases.GATEWAY + "workspace: {uri: 'file:///tmp/mc'}\n"),
                SETTINGS))
        .containsExactly(
            "spec.workspace.uri: file: is inside the pod and goes with it; expected pvc:// or s3://");
    assertThat(
            ReleaseProblems.of(
                Releases.release(
                    Releases.FOREIGN
                        .replace("{{model}}", "{{pod}}")
                        .replace("/etc/ca", "/mnt/model/ca")
                        .replace("nodeAffinity", "affinity")
                        .replace("s3://models/new.onnx", "new.onnx")
                        .replace("pvc://models", "pvc://Models")),
                SETTINGS))
        .containsExactly(
            "spec.server.podTemplate.affinity: unknown field 'affinity', expected nodeAffinity, podAffinity and podAntiAffinity",
            "spec.baseline.model.uri: 'pvc://Models/old.onnx' is no place in a claim; expected pvc://<claim>/<path>",
            "spec.candidate.model.uri: expected file:///path in the image, pvc://claim/path or s3://bucket/key",
            "spec.server.podTemplate.volumeMounts: mountPath '/mnt/model/ca' is the operator's, expected one outside /mnt/model",
            "spec.analysis.metrics: query of 'slow': unknown placeholder '{{pod}}', expected one of namespace, release, workload, model, interval");
    assertThat(
            ReleaseProblems.of(
                Releases.release(
                    DEPLOYED.replace("{gateway: {name: web}}", "{provider: ReplicaRatio}")),
                SETTINGS))
        .containsExactly(
            "spec.baseline.deployment: needs provider GatewayAPI; one Service cannot select its pods and the candidate's, which have other labels");
  }

  @Test
  void namesOfJobsTellOutcomesAndRunsApart() {
    assertThat(ReleaseNames.writeBack(deployed, "r-1", Outcome.PROMOTED, 1))
        .isEqualTo(ReleaseNames.writeBack(deployed, "r-1", Outcome.PROMOTED, 1))
        .isNotEqualTo(ReleaseNames.writeBack(deployed, "r-1", Outcome.REJECTED, 1))
        .isNotEqualTo(ReleaseNames.writeBack(deployed, "r-2", Outcome.PROMOTED, 1))
        .matches("fashion-git-[0-9a-f]{8}-1");
    assertThat(ReleaseNames.probe(deployed, "r-1", 12)).matches("fashion-probe-[0-9a-f]{8}-12");
    deployed.getMetadata().setName("a".repeat(40));
    assertThat(ReleaseNames.probe(deployed, "r-1", 999_999)).hasSizeLessThanOrEqualTo(63);
    assertThat(ReleaseNames.workload("a".repeat(40), OLD)).isEqualTo("a".repeat(40) + "-a1a1a1a1");
  }

  @Test
  void anyNameWillDoWhereAHostNameHasAnAsterisk() {
    ModelRelease release =
        Releases.release(Releases.GATEWAY.replace("fashion.example.com", "'*.example.com'"));
    assertThat(Endpoints.gateway(release, "http://gw:80").candidate().headers())
        .isEqualTo(Map.of("Host", "probe.example.com", "x-model-release", "fashion-candidate"));
  }

  private static Map<String, String> shared(
      ModelRelease release, Optional<Side> candidate, int weight) {
    return Workloads.shared(release, BASELINE, candidate, weight).getSpec().getSelector();
  }

  private static Deployment theirs() {
    return Serialization.unmarshal(
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: classifier, namespace: team, labels: {app: classifier}}
        spec:
          replicas: 5
          selector: {matchLabels: {app: classifier}}
          template:
            metadata: {labels: {app: classifier}, annotations: {note: x}}
            spec:
              initContainers:
              - {name: get, image: tools, command: [sh, -c, "get 'pvc://models/old.onnx' %s"]}
              containers:
              - name: server
                image: server
                args:
                - --model=pvc://models/old.onnx
                - --spare=pvc://models/old.onnx.bak
                - --parent=pvc://models/old.onnx/x
                env:
                - {name: MODELS, value: 'pvc://models/old.onnx,pvc://models/old.onnx'}
                - {name: DIGEST, value: '%s'}
                - {name: VERSION, value: a1a1a1a1}
                - {name: KEY, valueFrom: {secretKeyRef: {name: keys, key: id}}}
                ports: [{containerPort: 9000}]
                volumeMounts: [{name: models, mountPath: /mnt/claims/models, readOnly: true}]
              volumes: [{name: models, persistentVolumeClaim: {claimName: models}}]
        """
            .formatted(OLD.substring(7), OLD),
        Deployment.class);
  }
}
