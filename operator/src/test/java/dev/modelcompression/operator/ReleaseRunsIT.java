package dev.modelcompression.operator;

import static dev.modelcompression.operator.cluster.ReleaseScene.CANDIDATE;
import static dev.modelcompression.operator.cluster.ReleaseScene.GATEWAY;
import static dev.modelcompression.operator.cluster.ReleaseScene.NEW;
import static dev.modelcompression.operator.cluster.ReleaseScene.OLD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.api.release.status.ModelReleaseStatus;
import dev.modelcompression.api.release.status.ReleasePhase;
import dev.modelcompression.api.release.status.SideStatus;
import dev.modelcompression.operator.cluster.Behaviour;
import dev.modelcompression.operator.cluster.ReleaseScene;
import dev.modelcompression.operator.cluster.Reports;
import dev.modelcompression.operator.job.Labels;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Runs that follow each other, and what people do to the objects of one. */
@Execution(ExecutionMode.CONCURRENT)
class ReleaseRunsIT {
  private static final String THIRD = "sha256:" + "c3".repeat(32);
  private static final String THIRD_WORKLOAD = "net-c3c3c3c3";

  @Test
  void anotherCandidateWaitsForItsOwnPods() {
    Reports reports = new Reports().measure(request -> Behaviour.RUNS);
    try (ReleaseScene scene = new ReleaseScene(reports)) {
      scene.serving().hold(THIRD_WORKLOAD);
      scene.start();
      scene.apply(GATEWAY);
      scene.await(ReleasePhase.SHADOWING);
      reports.measure(Reports::good);
      scene.edit(OLD, THIRD, GATEWAY);
      ModelReleaseStatus waiting =
          scene.await(
              s ->
                  is(s.candidate(), THIRD)
                      && s.message() != null
                      && s.message().contains("is ready yet"));
      assertThat(waiting.phase()).isEqualTo(ReleasePhase.INITIALIZING);
      scene.serving().release(THIRD_WORKLOAD);
      assertThat(scene.await(ReleasePhase.SUCCEEDED).rejected()).isEmpty();
      assertThat(scene.audit().weights(THIRD_WORKLOAD)).containsExactly(0, 10, 50, 100);
    }
  }

  /** The audit finds fault with a weight for a workload that was never ready. */
  @Test
  void anotherBaselineGetsNoRequestsBeforeItAnswers() {
    Reports reports =
        new Reports()
            .measure(request -> request.round() < 3 ? Reports.good(request) : Behaviour.RUNS);
    try (ReleaseScene scene = new ReleaseScene(reports)) {
      scene.serving().hold(THIRD_WORKLOAD);
      scene.start();
      scene.apply(GATEWAY);
      scene.awaitWeight(50);
      scene.edit(THIRD, NEW, GATEWAY);
      scene.await(
          s ->
              is(s.baseline(), THIRD)
                  && s.message() != null
                  && s.message().contains("no pod of the baseline is ready"));
      List<Map<String, Integer>> routes = scene.audit().routes();
      assertThat(routes.get(routes.size() - 1))
          .as("the earlier baseline has all of them")
          .containsEntry(ReleaseScene.BASELINE, 100);
      reports.measure(Reports::good);
      scene.serving().release(THIRD_WORKLOAD);
      scene.await(ReleasePhase.SUCCEEDED);
      assertThat(scene.audit().weights(CANDIDATE)).containsExactly(0, 10, 50, 0, 10, 50, 100);
    }
  }

  @Test
  void aPromotedCopyStaysWhenWhatItWasCopiedFromIsDeleted() {
    try (ReleaseScene scene = new ReleaseScene(new Reports())) {
      Deployment theirs = scene.createDeployment("theirs");
      scene.start();
      scene.applyTo("theirs", GATEWAY);
      scene.await(ReleasePhase.SUCCEEDED);
      Deployment copy = deployment(scene, CANDIDATE);
      scene.client().resource(theirs).delete();
      scene.command("pause/r-0123456789");
      scene.await(s -> "pause/r-0123456789".equals(s.lastHandledCommand()));
      scene.command("resume/r-0123456789");
      scene.await(s -> "resume/r-0123456789".equals(s.lastHandledCommand()));
      assertThat(deployment(scene, CANDIDATE).getSpec()).isEqualTo(copy.getSpec());
    }
  }

  /** Whoever copies a Deployment of ours keeps its labels. */
  @Test
  void aDeploymentThatCarriesOurLabelsIsNotDeletedWithOurs() {
    try (ReleaseScene scene = new ReleaseScene(new Reports())) {
      Deployment theirs = scene.createDeployment("theirs");
      scene
          .client()
          .resource(theirs)
          .edit(
              live -> {
                live.getMetadata().setLabels(Map.of(Labels.RELEASE, "net"));
                return live;
              });
      scene.start();
      scene.apply(GATEWAY, "  deletionPolicy: Delete\n");
      scene.await(ReleasePhase.SUCCEEDED);
      scene.delete();
      scene.awaitGone();
      assertThat(scene.objects()).containsExactly("Deployment theirs");
    }
  }

  private static boolean is(@Nullable SideStatus side, String digest) {
    return side != null && side.digest().equals(digest);
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
}
