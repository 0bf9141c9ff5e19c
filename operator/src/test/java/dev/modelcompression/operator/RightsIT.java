package dev.modelcompression.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.modelcompression.api.ModelCompression;
import dev.modelcompression.api.release.status.WriteBackStatus;
import dev.modelcompression.api.status.Condition;
import dev.modelcompression.api.status.ModelCompressionStatus;
import dev.modelcompression.api.status.Phase;
import dev.modelcompression.api.status.Reason;
import dev.modelcompression.api.status.StepStatus;
import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.operator.cluster.ApiServer;
import dev.modelcompression.operator.cluster.Await;
import dev.modelcompression.operator.cluster.Behaviour;
import dev.modelcompression.operator.cluster.OperatorProcess;
import dev.modelcompression.operator.cluster.ReleaseScene;
import dev.modelcompression.operator.cluster.Reports;
import dev.modelcompression.operator.cluster.Scene;
import dev.modelcompression.operator.cluster.Script;
import dev.modelcompression.operator.job.Labels;
import io.fabric8.kubernetes.api.model.AuthInfoBuilder;
import io.fabric8.kubernetes.api.model.Config;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LimitRange;
import io.fabric8.kubernetes.api.model.LimitRangeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.authentication.TokenRequest;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The packaged operator with the rights that it is installed with, and no others: the API server's
 * audit log shows that they are enough, and that each is used. The chart has the same ones, which
 * {@code deploy/test/bundles.sh} compares.
 */
@Isolated
class RightsIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path OVERLAYS = Path.of("../deploy/kustomize");
  private static final String ACCOUNT = "model-compression-operator";
  private static final String RELEASES = ACCOUNT + "-releases";

  /** Asked for by the admission of Jobs that block the deletion of their owner, not by a call. */
  private static final String BLOCK_OWNER = "modelcompressions/finalizers update";

  /**
   * The same of a release. Finalizers that another changes meanwhile are read and written again.
   */
  private static final String BLOCK_RELEASE = "modelreleases/finalizers update";

  /** Of the cluster, not of a namespace; without it requests are not mirrored. */
  private static final String GATEWAY_CLASSES = "gatewayclasses get";

  @ParameterizedTest
  @ValueSource(strings = {"namespaced", "cluster-wide"})
  void areEnoughAndAllUsed(String overlay) throws Exception {
    Script script = new Script(RightsIT::holdOptimize);
    Reports reports = new Reports(script);
    try (ReleaseScene releases = new ReleaseScene(reports)) {
      Scene scene = releases.scene();
      Set<String> granted = install(overlay, scene);
      Map<String, String> settings =
          overlay.equals("namespaced")
              ? Map.of("MC_JOB_NO_POD_GRACE", "1s")
              : Map.of("MC_JOB_NO_POD_GRACE", "1s", "QUARKUS_OPERATOR_SDK_NAMESPACES", "");
      try (OperatorProcess operator =
          new OperatorProcess(ACCOUNT, scene.namespace(), kubeconfig(scene), settings)) {
        waitsForAPod(scene);
        meetsAForeignJob(scene, script);
        releasesModels(releases, script);
        isEditedWhileAStepRuns(scene, script);
        operator.signal("TERM");
        Await.until("the operator has ended", () -> !operator.alive());
      }
      Calls calls = Calls.of(scene.namespace());
      assertThat(calls.refused())
          .as("refused")
          .isSubsetOf(overlay.equals("namespaced") ? Set.of(GATEWAY_CLASSES) : Set.<String>of());
      granted.removeAll(calls.made());
      granted.removeIf(right -> isToCreateByApply(right, calls));
      assertThat(granted)
          .as("rights that nothing needs")
          .contains(BLOCK_OWNER, BLOCK_RELEASE)
          .isSubsetOf(BLOCK_OWNER, BLOCK_RELEASE, "modelreleases get", "modelreleases update");
    }
  }

  /** A Job without a pod: the operator looks for the reason among Events. */
  private static void waitsForAPod(Scene scene) {
    LimitRange none =
        new LimitRangeBuilder()
            .withNewMetadata()
            .withName("none")
            .withNamespace(scene.namespace())
            .endMetadata()
            .withNewSpec()
            .addNewLimit()
            .withType("Container")
            .addToMax("memory", new Quantity("1Mi"))
            .endLimit()
            .endSpec()
            .build();
    scene.client().resource(none).create();
    scene.apply(Scene.STEPS);
    Await.until(
        "Events are asked for", () -> Calls.of(scene.namespace()).made().contains("events list"));
    scene.client().resource(none).delete();
  }

  /** A name that is taken: the operator looks whose Job it is. */
  private static void meetsAForeignJob(Scene scene, Script script) {
    StepStatus held = optimize(scene.awaitStatus(RightsIT::optimizes));
    Job other =
        new JobBuilder()
            .withNewMetadata()
            .withName(String.valueOf(held.job()).replaceFirst("a1$", "a2"))
            .withNamespace(scene.namespace())
            .endMetadata()
            .withNewSpec()
            .withNewTemplate()
            .withNewSpec()
            .withRestartPolicy("Never")
            .addNewContainer()
            .withName("other")
            .withImage("other")
            .endContainer()
            .endSpec()
            .endTemplate()
            .endSpec()
            .build();
    scene.client().resource(other).create();
    script.become(
        job ->
            isOptimize(job)
                ? Behaviour.exits(ExitCode.TRY_AGAIN, "no store")
                : Behaviour.sound(job, Scene.GOOD));
    ModelCompressionStatus end = scene.awaitEnd().getStatus();
    assertThat(end.conditions()).anyMatch(c -> c.reason() == Reason.NAME_CONFLICT);
  }

  /** Beside a Deployment of the user's through a Gateway; and by a compression. */
  private static void releasesModels(ReleaseScene releases, Script script) {
    Scene scene = releases.scene();
    releases.createGateway();
    releases.createDeployment("theirs");
    releases.applyTo(
        "theirs",
        "  traffic: {gateway: {name: web}, weights: [100], stepDuration: 1s, mirrorPercent: 10}\n",
        ReleaseScene.GIT,
        "  deletionPolicy: Delete\n");
    releases.await(
        status ->
            status.writeBack() != null
                && status.writeBack().state() == WriteBackStatus.State.WRITTEN);
    releases.delete();
    releases.awaitGone();
    script.become(job -> Behaviour.sound(job, Scene.GOOD));
    scene.create(
        "other",
        Scene.STEPS,
        """
          release:
            traffic: {provider: ReplicaRatio, weights: [100], stepDuration: 1s}
            analysis: {interval: 1s, samples: 2000, minSamples: 1000, metrics: [{name: accuracy, maxDrop: 0.05}]}
            scaleDownDelay: 1s
        """);
    scene.await(
        "other",
        found ->
            found.getStatus().condition(Condition.Type.RELEASED).stream()
                .anyMatch(released -> released.status() == Condition.Status.TRUE));
  }

  /** Jobs of the old run are deleted, and in the end the compression is. */
  private static void isEditedWhileAStepRuns(Scene scene, Script script) {
    script.become(RightsIT::holdOptimize);
    scene.edit(Scene.STEPS, "  restartNonce: second\n");
    scene.awaitStatus(RightsIT::optimizes);
    scene.edit(Scene.STEPS, "  restartNonce: third\n  ttlAfterFinished: 1s\n");
    script.become(job -> Behaviour.sound(job, Scene.GOOD));
    Await.until(
        "its time to live is over",
        () ->
            scene
                    .client()
                    .resources(ModelCompression.class)
                    .inNamespace(scene.namespace())
                    .withName(Scene.NAME)
                    .get()
                == null);
  }

  private static boolean optimizes(ModelCompressionStatus status) {
    return status.phase() == Phase.RUNNING
        && status.steps().stream().anyMatch(step -> step.name().equals("optimize"));
  }

  private static StepStatus optimize(ModelCompressionStatus status) {
    return status.steps().stream()
        .filter(step -> step.name().equals("optimize"))
        .findFirst()
        .orElseThrow();
  }

  private static Behaviour holdOptimize(Job job) {
    return isOptimize(job) ? Behaviour.RUNS : Behaviour.sound(job, Scene.GOOD);
  }

  private static boolean isOptimize(Job job) {
    return "optimize".equals(job.getMetadata().getLabels().get(Labels.STEP));
  }

  /** Installs account, roles and bindings of an overlay; what they grant. */
  private static Set<String> install(String overlay, Scene scene) throws Exception {
    Set<String> granted = new TreeSet<>();
    for (HasMetadata object : rendered(overlay)) {
      if (object instanceof ServiceAccount) {
        place(object, scene);
      } else if (object instanceof Role role) {
        place(role, scene);
        granted.addAll(verbs(role.getRules()));
      } else if (object instanceof RoleBinding binding) {
        binding.getSubjects().forEach(subject -> subject.setNamespace(scene.namespace()));
        place(binding, scene);
      } else if (object instanceof ClusterRole role
          && Set.of(ACCOUNT, RELEASES).contains(role.getMetadata().getName())) {
        scene.client().resource(role).create();
        granted.addAll(verbs(role.getRules()));
      } else if (object instanceof ClusterRoleBinding binding) {
        binding.getSubjects().forEach(subject -> subject.setNamespace(scene.namespace()));
        scene.client().resource(binding).create();
      }
    }
    assertThat(granted).hasSizeGreaterThan(15);
    return granted;
  }

  /** The API server asks for it when an apply makes what was not there; no call shows it. */
  private static boolean isToCreateByApply(String right, Calls calls) {
    return right.endsWith(" create") && calls.made().contains(right.replace(" create", " patch"));
  }

  private static void place(HasMetadata object, Scene scene) {
    object.getMetadata().setNamespace(scene.namespace());
    scene.client().resource(object).create();
  }

  private static List<HasMetadata> rendered(String overlay) throws Exception {
    Process kubectl =
        new ProcessBuilder(
                Path.of(System.getProperty("kube.binaries", ""), "kubectl").toString(),
                "kustomize",
                OVERLAYS.resolve(overlay).toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (KubernetesClient any = ApiServer.get().client()) {
      List<HasMetadata> objects = any.load(kubectl.getInputStream()).items();
      assertThat(kubectl.waitFor(1, TimeUnit.MINUTES)).isTrue();
      assertThat(kubectl.exitValue()).isZero();
      return objects;
    }
  }

  private static Set<String> verbs(List<PolicyRule> rules) {
    Set<String> verbs = new TreeSet<>();
    rules.forEach(
        rule ->
            rule.getResources()
                .forEach(
                    resource -> rule.getVerbs().forEach(verb -> verbs.add(resource + " " + verb))));
    return verbs;
  }

  /** How the operator's account reaches the API server. */
  private static String kubeconfig(Scene scene) {
    String token =
        scene
            .client()
            .serviceAccounts()
            .inNamespace(scene.namespace())
            .withName(ACCOUNT)
            .tokenRequest(new TokenRequest())
            .getStatus()
            .getToken();
    Config config = Serialization.unmarshal(ApiServer.get().kubeconfig(), Config.class);
    config.getUsers().forEach(user -> user.setUser(new AuthInfoBuilder().withToken(token).build()));
    return Serialization.asYaml(config);
  }

  /**
   * What the account has asked the API server for.
   *
   * @param made resource and verb
   * @param refused those for want of a right
   */
  private record Calls(Set<String> made, Set<String> refused) {
    static Calls of(String namespace) {
      Calls calls = new Calls(new TreeSet<>(), new TreeSet<>());
      String user = "system:serviceaccount:" + namespace + ":" + ACCOUNT;
      for (String line : ApiServer.get().audit()) {
        try {
          JsonNode event = JSON.readTree(line);
          if (event.at("/user/username").asText().equals(user) && event.has("objectRef")) {
            calls.add(event);
          }
        } catch (JsonProcessingException e) {
          // The last line is being written.
        }
      }
      return calls;
    }

    private void add(JsonNode event) {
      String resource =
          Stream.of("/objectRef/resource", "/objectRef/subresource")
              .map(path -> event.at(path).asText())
              .filter(text -> !text.isEmpty())
              .reduce((a, b) -> a + "/" + b)
              .orElse("");
      String call = resource + " " + event.path("verb").asText();
      made.add(call);
      if (event.at("/annotations/authorization.k8s.io~1decision").asText().equals("forbid")) {
        refused.add(call);
      }
    }
  }
}
