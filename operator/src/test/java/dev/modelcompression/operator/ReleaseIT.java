package dev.modelcompression.operator;

import static dev.modelcompression.operator.cluster.ReleaseScene.BASELINE;
import static dev.modelcompression.operator.cluster.ReleaseScene.CANDIDATE;
import static dev.modelcompression.operator.cluster.ReleaseScene.GATEWAY;
import static dev.modelcompression.operator.cluster.ReleaseScene.GIT;
import static dev.modelcompression.operator.cluster.ReleaseScene.NEW;
import static dev.modelcompression.operator.cluster.ReleaseScene.OLD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.api.release.status.ModelReleaseStatus;
import dev.modelcompression.api.release.status.ReleasePhase;
import dev.modelcompression.api.release.status.ReportStatus;
import dev.modelcompression.api.release.status.WriteBackStatus;
import dev.modelcompression.api.status.Condition;
import dev.modelcompression.api.status.ModelCompressionStatus;
import dev.modelcompression.api.status.Phase;
import dev.modelcompression.api.status.Reason;
import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.contract.WriteBackRequest;
import dev.modelcompression.operator.cluster.Await;
import dev.modelcompression.operator.cluster.Behaviour;
import dev.modelcompression.operator.cluster.ReleaseScene;
import dev.modelcompression.operator.cluster.Reports;
import dev.modelcompression.operator.cluster.Scene;
import dev.modelcompression.operator.job.Labels;
import dev.modelcompression.operator.release.manifest.ReleaseJobs;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPBackendRef;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPBackendRefBuilder;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * Whole releases on a real API server and etcd; tests stand in for nodes, for the Gateway and for
 * what measurements find.
 */
class ReleaseIT {
  private static final List<String> PROMOTED =
      List.of("Deployment " + CANDIDATE, "HTTPRoute net", "Service " + CANDIDATE);
  private static final List<String> TAKEN_BACK =
      List.of("Deployment " + BASELINE, "HTTPRoute net", "Service " + BASELINE);

  @Test
  void goesUpStepByStepIsPromotedAndConvergesOnceGitIsMerged() {
    Reports reports = new Reports();
    try (ReleaseScene scene = new ReleaseScene(reports)) {
      scene.start();
      scene.apply(GATEWAY, GIT);
      ModelReleaseStatus waiting =
          scene.await(
              s ->
                  s.phase() == ReleasePhase.AWAITING_GIT
                      && s.writeBack() != null
                      && s.writeBack().state() == WriteBackStatus.State.WRITTEN);
      assertThat(condition(waiting, Condition.Type.READY)).isEqualTo(Condition.Status.TRUE);
      assertThat(condition(waiting, Condition.Type.GIT_OUT_OF_DATE))
          .isEqualTo(Condition.Status.TRUE);
      assertThat(reports.written())
          .isNotEmpty()
          .allSatisfy(
              request -> {
                assertThat(request.outcome()).isEqualTo(WriteBackRequest.Outcome.PROMOTED);
                assertThat(request.model().digest()).isEqualTo(NEW);
              });
      // What the merge of that commit makes of the spec.
      scene.edit(NEW, NEW, GATEWAY, GIT);
      ModelReleaseStatus end = scene.await(ReleasePhase.SUCCEEDED);
      assertThat(end.runId()).isEqualTo(waiting.runId());
      for (Condition.Type type :
          List.of(
              Condition.Type.READY, Condition.Type.PROMOTED, Condition.Type.BASELINE_AVAILABLE)) {
        assertThat(condition(end, type)).as("%s", type).isEqualTo(Condition.Status.TRUE);
      }
      for (Condition.Type type :
          List.of(
              Condition.Type.RECONCILING, Condition.Type.STALLED, Condition.Type.GIT_OUT_OF_DATE)) {
        assertThat(condition(end, type)).as("%s", type).isEqualTo(Condition.Status.FALSE);
      }
      awaitObjects(scene, PROMOTED);
      assertThat(scene.audit().weights(CANDIDATE)).containsExactly(0, 10, 50, 100);
      assertThat(scene.writeBacks()).isOne();
      scene.assertQuiet();
      assertThat(scene.audit().weights(CANDIDATE)).containsExactly(0, 10, 50, 100);
      assertThat(scene.scene().events())
          .containsOnlyOnce("Normal RunStarted", "Normal GitWritten", "Normal Promoting")
          .contains("Normal WeightChanged", "Normal Measured", "Normal Promoted")
          .noneMatch(event -> event.startsWith("Warning"));
    }
  }

  /** Whatever becomes of the report, the release goes its way. */
  @Test
  void theReportIsAskedForOnceAndItsFailureIsTold() {
    Reports reports =
        new Reports()
            .measure(Reports::bad)
            .report(() -> Behaviour.exits(ExitCode.TRY_AGAIN, "no such bucket"));
    try (ReleaseScene scene = new ReleaseScene(reports)) {
      scene.start();
      scene.apply(GATEWAY, "  workspace: {uri: 'pvc://work/mc'}\n");
      ModelReleaseStatus end =
          scene.await(
              s ->
                  s.phase() == ReleasePhase.ROLLED_BACK
                      && s.report() != null
                      && s.report().state() == ReportStatus.State.FAILED);
      assertThat(end.report()).matches(report -> "no such bucket".equals(report.message()));
      assertThat(end.failure()).isEqualTo(Reason.ANALYSIS_FAILED);
      assertThat(condition(end, Condition.Type.STALLED)).isEqualTo(Condition.Status.TRUE);
      awaitObjects(scene, TAKEN_BACK);
      scene.assertQuiet();
      assertThat(
              scene
                  .client()
                  .batch()
                  .v1()
                  .jobs()
                  .inNamespace(scene.scene().namespace())
                  .withLabel(Labels.TASK, ReleaseJobs.REPORT)
                  .list()
                  .getItems())
          .hasSize(1);
      assertThat(reports.reported())
          .allSatisfy(
              asked -> {
                assertThat(asked.folder()).isEqualTo("pvc://work/mc/releases/net/" + end.runId());
                assertThat(asked.failure()).isEqualTo(Reason.ANALYSIS_FAILED);
                assertThat(asked.rounds()).isEqualTo(1);
                assertThat(asked.history()).isEqualTo(end.history());
              });
      assertThat(scene.scene().events()).containsOnlyOnce("Warning ReportFailed");
    }
  }

  @Test
  void aCandidateThatMeasuresBadlyIsTakenBackWithItsFigures() {
    Reports reports = new Reports();
    try (ReleaseScene scene = new ReleaseScene(reports)) {
      scene.start();
      scene.apply(GATEWAY, GIT);
      scene.awaitWeight(50);
      reports.measure(Reports::bad);
      ModelReleaseStatus end =
          scene.await(
              s ->
                  s.phase() == ReleasePhase.ROLLED_BACK
                      && s.writeBack() != null
                      && s.writeBack().state() == WriteBackStatus.State.WRITTEN);
      assertThat(end.failure()).isEqualTo(Reason.ANALYSIS_FAILED);
      assertThat(end.failureMessage()).contains("accuracy").contains("0.05");
      assertThat(end.rejected()).singleElement().matches(r -> r.digest().equals(NEW));
      assertThat(condition(end, Condition.Type.STALLED)).isEqualTo(Condition.Status.TRUE);
      assertThat(condition(end, Condition.Type.PROMOTED)).isEqualTo(Condition.Status.FALSE);
      assertThat(condition(end, Condition.Type.BASELINE_AVAILABLE))
          .isEqualTo(Condition.Status.TRUE);
      awaitObjects(scene, TAKEN_BACK);
      assertThat(scene.audit().weights(CANDIDATE)).containsExactly(0, 10, 50, 0);
      assertThat(scene.writeBacks()).isOne();
      assertThat(reports.written())
          .allSatisfy(r -> assertThat(r.outcome()).isEqualTo(WriteBackRequest.Outcome.REJECTED));
      scene.assertQuiet();
      assertThat(scene.scene().events()).contains("Warning AnalysisFailed");
    }
  }

  @Test
  void aCandidateThatNeverGetsReadyGetsNoRequests() {
    try (ReleaseScene scene = new ReleaseScene(new Reports())) {
      scene.serving().hold(CANDIDATE);
      scene.start();
      scene.apply(GATEWAY, "  startDeadline: 3s\n");
      ModelReleaseStatus end = scene.await(ReleasePhase.ROLLED_BACK);
      assertThat(end.failure()).isEqualTo(Reason.CANDIDATE_NOT_READY);
      awaitObjects(scene, TAKEN_BACK);
      assertThat(scene.audit().weights(CANDIDATE)).containsExactly(0);
    }
  }

  @Test
  void peopleHoldGoOnApproveAndTryAgain() {
    Reports reports = new Reports();
    try (ReleaseScene scene = new ReleaseScene(reports)) {
      scene.start();
      scene.apply(GATEWAY, "  manualGates: [BeforePromotion]\n");
      String run = Objects.requireNonNull(scene.awaitWeight(10).runId());
      scene.command("pause/" + run);
      ModelReleaseStatus held = scene.await(ReleasePhase.PAUSED);
      assertThat(held.lastHandledCommand()).isEqualTo("pause/" + run);
      scene.command("resume/r-0123456789");
      scene.await(s -> "resume/r-0123456789".equals(s.lastHandledCommand()));
      assertThat(scene.await(s -> true).phase()).isEqualTo(ReleasePhase.PAUSED);
      scene.command("resume/" + run);
      scene.await(
          s ->
              s.phase() == ReleasePhase.PAUSED
                  && s.pauseReason() == Reason.AWAITING_APPROVAL
                  && Integer.valueOf(100).equals(s.weight()));
      scene.command("abort/" + run);
      assertThat(scene.await(ReleasePhase.ROLLED_BACK).failure()).isEqualTo(Reason.ABORTED);
      scene.command("retry/" + run);
      ModelReleaseStatus again =
          scene.await(
              s ->
                  s.phase() == ReleasePhase.PAUSED
                      && s.pauseReason() == Reason.AWAITING_APPROVAL
                      && !run.equals(s.runId()));
      scene.command("promote/" + again.runId());
      scene.await(ReleasePhase.SUCCEEDED);
      awaitObjects(scene, PROMOTED);
      assertThat(scene.audit().weights(CANDIDATE)).containsExactly(0, 10, 50, 100, 0, 10, 50, 100);
      assertThat(scene.writeBacks()).isZero();
      assertThat(scene.scene().events()).contains("Warning CommandIgnored");
    }
  }

  @Test
  void suspendHoldsTheWeight() {
    try (ReleaseScene scene = new ReleaseScene(new Reports())) {
      scene.start();
      scene.apply(GATEWAY);
      String run = scene.awaitWeight(10).runId();
      scene.edit(OLD, NEW, GATEWAY, "  suspend: true\n");
      ModelReleaseStatus held = scene.await(ReleasePhase.PAUSED);
      assertThat(held.pauseReason()).isEqualTo(Reason.SUSPENDED);
      scene.edit(OLD, NEW, GATEWAY);
      ModelReleaseStatus end = scene.await(ReleasePhase.SUCCEEDED);
      assertThat(end.runId()).isEqualTo(run);
      assertThat(scene.audit().weights(CANDIDATE)).containsExactly(0, 10, 50, 100);
    }
  }

  @Test
  void anEditBeforePromotionStartsFromTheBaselineAgain() {
    String third = "sha256:" + "c3".repeat(32);
    try (ReleaseScene scene = new ReleaseScene(new Reports())) {
      scene.start();
      scene.apply(GATEWAY);
      String run = scene.awaitWeight(50).runId();
      scene.edit(OLD, third, GATEWAY);
      ModelReleaseStatus end = scene.await(ReleasePhase.SUCCEEDED);
      assertThat(end.runId()).isNotEqualTo(run);
      awaitObjects(
          scene, List.of("Deployment net-c3c3c3c3", "HTTPRoute net", "Service net-c3c3c3c3"));
      assertThat(scene.audit().weights(CANDIDATE)).containsExactly(0, 10, 50, 0);
      assertThat(scene.audit().weights("net-c3c3c3c3")).containsExactly(0, 10, 50, 100);
    }
  }

  @Test
  void divideByPodsWhereThereIsNoGateway() {
    try (ReleaseScene scene = new ReleaseScene(new Reports())) {
      scene.start();
      scene.apply(
          "  server: {replicas: 3}\n  traffic: {provider: ReplicaRatio, weights: [25, 50, 100], stepDuration: 1s}\n");
      scene.awaitWeight(25);
      assertThat(replicas(scene, CANDIDATE)).isOne();
      scene.awaitWeight(50);
      assertThat(replicas(scene, CANDIDATE)).isEqualTo(3);
      scene.await(ReleasePhase.SUCCEEDED);
      awaitObjects(
          scene, List.of("Deployment " + CANDIDATE, "Service net", "Service " + CANDIDATE));
      assertThat(scene.audit().selectors())
          .extracting(selector -> selector.getOrDefault(Labels.WORKLOAD, "both"))
          .containsExactly(BASELINE, "both", CANDIDATE);
      scene.assertQuiet();
    }
  }

  @Test
  void aDeploymentOfTheUsersIsCopiedAndNeverWritten() {
    try (ReleaseScene scene = new ReleaseScene(new Reports())) {
      Deployment theirs = scene.createDeployment("theirs");
      scene.start();
      scene.applyTo("theirs", GATEWAY);
      scene.await(ReleasePhase.SUCCEEDED);
      Deployment copy = deployment(scene, CANDIDATE);
      assertThat(copy.getSpec().getTemplate().getSpec().getContainers().get(0).getArgs())
          .contains("pvc://models/b2b2b2b2.onnx");
      Deployment found = deployment(scene, "theirs");
      assertThat(found.getSpec()).isEqualTo(theirs.getSpec());
      assertThat(found.getMetadata().getManagedFields())
          .noneMatch(field -> field.getManager().equals(Labels.OPERATOR));
    }
  }

  @Test
  void whatOthersHaveAddedToTheRouteStays() {
    try (ReleaseScene scene = new ReleaseScene(new Reports())) {
      scene.start();
      scene.apply(GATEWAY);
      scene.awaitWeight(10);
      HTTPRoute route = scene.route().orElseThrow();
      scene
          .client()
          .resource(route)
          .edit(
              live -> {
                var rules = live.getSpec().getRules();
                var all = rules.get(rules.size() - 1).getBackendRefs();
                all.add(metering(all.get(0)));
                return live;
              });
      scene.await(ReleasePhase.SUCCEEDED);
      awaitObjects(scene, PROMOTED);
      Map<String, Integer> last = scene.audit().routes().get(scene.audit().routes().size() - 1);
      assertThat(last).containsOnly(Map.entry(CANDIDATE, 100), Map.entry("metering", 0));
      assertThat(scene.audit().weights(CANDIDATE)).containsExactly(0, 10, 50, 100);
    }
  }

  @Test
  void aWeightThatAnotherHandChangedIsPutBack() {
    Reports reports = new Reports().measure(request -> Behaviour.RUNS);
    try (ReleaseScene scene = new ReleaseScene(reports)) {
      scene.start();
      scene.apply(GATEWAY);
      String run = scene.await(ReleasePhase.SHADOWING).runId();
      reports.measure(request -> request.round() < 2 ? Reports.good(request) : Behaviour.RUNS);
      scene.awaitWeight(10);
      scene
          .client()
          .resource(scene.route().orElseThrow())
          .edit(
              live -> {
                var rules = live.getSpec().getRules();
                var backends = rules.get(rules.size() - 1).getBackendRefs();
                backends.get(0).setWeight(20);
                backends.get(1).setWeight(80);
                return live;
              });
      Await.until("it is told", () -> scene.scene().events().contains("Warning WeightDrift"));
      Await.until(
          "it is put back", () -> scene.audit().weights(CANDIDATE).equals(List.of(0, 10, 80, 10)));
      reports.measure(Reports::good);
      assertThat(scene.await(ReleasePhase.SUCCEEDED).runId()).isEqualTo(run);
    }
  }

  @Test
  void aCompressionMakesItsReleaseAndTellsOfItsEnd() {
    try (ReleaseScene scene = new ReleaseScene(new Reports())) {
      scene.start();
      scene
          .scene()
          .apply(
              Scene.STEPS,
              """
                release:
                  traffic: {gateway: {name: web, address: 'http://web.infra:80'}, stepDuration: 1s}
                  analysis: {interval: 1s, samples: 2000, minSamples: 1000, metrics: [{name: accuracy, maxDrop: 0.05}]}
                  scaleDownDelay: 1s
              """);
      ModelCompressionStatus end =
          scene
              .scene()
              .awaitStatus(
                  s ->
                      s.phase() == Phase.SUCCEEDED
                          && s.condition(Condition.Type.RELEASED)
                              .filter(c -> c.status() == Condition.Status.TRUE)
                              .isPresent());
      var release = scene.find().orElseThrow();
      assertThat(Objects.requireNonNull(release.getSpec().candidate()).model())
          .isNotNull()
          .matches(model -> end.result() != null && end.result().digest().equals(model.digest()));
      assertThat(release.getMetadata().getOwnerReferences())
          .singleElement()
          .matches(owner -> owner.getKind().equals("ModelCompression"));
      scene.await(ReleasePhase.SUCCEEDED);
      Await.until("the old one is gone", () -> scene.objects().size() == 3);
      scene.assertQuiet();
    }
  }

  private static void awaitObjects(ReleaseScene scene, List<String> expected) {
    try {
      Await.until("what is not needed is gone", () -> scene.objects().equals(expected));
    } catch (AssertionError e) {
      assertThat(scene.objects()).as("%s", scene.scene().writes()).isEqualTo(expected);
      throw e;
    }
  }

  private static Condition.Status condition(ModelReleaseStatus status, Condition.Type type) {
    return status.condition(type).orElseThrow().status();
  }

  private static Deployment deployment(ReleaseScene scene, String name) {
    return scene
        .client()
        .apps()
        .deployments()
        .inNamespace(scene.scene().namespace())
        .withName(name)
        .require();
  }

  private static HTTPBackendRef metering(HTTPBackendRef like) {
    return new HTTPBackendRefBuilder(like).withName("metering").withWeight(0).build();
  }

  private static int replicas(ReleaseScene scene, String name) {
    return deployment(scene, name).getSpec().getReplicas();
  }
}
