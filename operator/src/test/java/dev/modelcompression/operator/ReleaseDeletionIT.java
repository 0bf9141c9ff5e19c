package dev.modelcompression.operator;

import static dev.modelcompression.operator.cluster.ReleaseScene.BASELINE;
import static dev.modelcompression.operator.cluster.ReleaseScene.CANDIDATE;
import static dev.modelcompression.operator.cluster.ReleaseScene.GATEWAY;
import static dev.modelcompression.operator.cluster.ReleaseScene.GIT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.api.release.status.ReleasePhase;
import dev.modelcompression.operator.cluster.Await;
import dev.modelcompression.operator.cluster.Behaviour;
import dev.modelcompression.operator.cluster.ReleaseScene;
import dev.modelcompression.operator.cluster.Reports;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Releases that are deleted: requests end where they are to stay, and nothing is left over. */
@Execution(ExecutionMode.CONCURRENT)
class ReleaseDeletionIT {
  @ParameterizedTest
  @EnumSource(
      value = ReleasePhase.class,
      names = {
        "INITIALIZING",
        "SHADOWING",
        "PROGRESSING",
        "PAUSED",
        "AWAITING_GIT",
        "SUCCEEDED",
        "ROLLED_BACK"
      })
  void whatServesGoesOn(ReleasePhase phase) {
    Reports reports = new Reports();
    try (ReleaseScene scene = new ReleaseScene(reports)) {
      bring(scene, reports, phase);
      scene.delete();
      scene.awaitGone();
      boolean promoted = phase == ReleasePhase.AWAITING_GIT || phase == ReleasePhase.SUCCEEDED;
      String stays = promoted ? CANDIDATE : BASELINE;
      assertThat(scene.objects())
          .containsExactly("Deployment " + stays, "HTTPRoute net", "Service " + stays);
      Await.until(
          "the route is for it alone",
          () ->
              scene
                  .audit()
                  .routes()
                  .get(scene.audit().routes().size() - 1)
                  .equals(Map.of(stays, 100)));
      assertThat(scene.route().orElseThrow().getSpec().getRules()).hasSize(1);
    }
  }

  /** Holds or lets go until the release is in that phase, and stays there. */
  private static void bring(ReleaseScene scene, Reports reports, ReleasePhase phase) {
    switch (phase) {
      case INITIALIZING -> scene.serving().hold(CANDIDATE);
      case SHADOWING -> reports.measure(request -> Behaviour.RUNS);
      case PROGRESSING, PAUSED ->
          reports.measure(request -> request.round() < 3 ? Reports.good(request) : Behaviour.RUNS);
      case ROLLED_BACK -> reports.measure(Reports::bad);
      default -> reports.write(request -> Behaviour.RUNS);
    }
    scene.start();
    if (phase == ReleasePhase.AWAITING_GIT) {
      scene.apply(GATEWAY, GIT);
    } else {
      scene.apply(GATEWAY);
    }
    if (phase == ReleasePhase.PROGRESSING || phase == ReleasePhase.PAUSED) {
      String run = scene.awaitWeight(50).runId();
      if (phase == ReleasePhase.PAUSED) {
        scene.command("pause/" + run);
      }
    }
    scene.await(phase);
    if (phase == ReleasePhase.INITIALIZING) {
      scene.await(s -> s.message() != null && s.message().contains(CANDIDATE + " is ready yet"));
    }
  }

  @Test
  void nothingIsLeftWhereThatIsAskedFor() {
    try (ReleaseScene scene = new ReleaseScene(new Reports())) {
      scene.start();
      scene.apply(GATEWAY, "  deletionPolicy: Delete\n");
      scene.awaitWeight(10);
      scene.delete();
      scene.awaitGone();
      assertThat(scene.objects()).isEmpty();
    }
  }

  @Test
  void oneServiceForBothSidesEndsWithTheBaselineAlone() {
    Reports reports =
        new Reports()
            .measure(request -> request.round() < 2 ? Reports.good(request) : Behaviour.RUNS);
    try (ReleaseScene scene = new ReleaseScene(reports)) {
      scene.start();
      scene.apply("  traffic: {provider: ReplicaRatio, weights: [50, 100], stepDuration: 1s}\n");
      scene.awaitWeight(50);
      scene.delete();
      scene.awaitGone();
      assertThat(scene.objects())
          .containsExactly("Deployment " + BASELINE, "Service net", "Service " + BASELINE);
      List<Map<String, String>> selectors = scene.audit().selectors();
      assertThat(selectors.get(selectors.size() - 1)).containsValue(BASELINE);
    }
  }

  @Test
  void aGatewayThatIsGoneHoldsUpNothingForLong() {
    Reports reports =
        new Reports()
            .measure(request -> request.round() < 2 ? Reports.good(request) : Behaviour.RUNS);
    try (ReleaseScene scene = new ReleaseScene(reports)) {
      scene.start();
      scene.apply(GATEWAY);
      scene.awaitWeight(10);
      scene.serving().deaf(true);
      scene.delete();
      scene.awaitGone();
      assertThat(scene.objects())
          .containsExactly("Deployment " + BASELINE, "HTTPRoute net", "Service " + BASELINE);
    }
  }
}
