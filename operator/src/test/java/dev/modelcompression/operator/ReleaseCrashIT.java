package dev.modelcompression.operator;

import static dev.modelcompression.operator.cluster.ReleaseScene.CANDIDATE;
import static dev.modelcompression.operator.cluster.ReleaseScene.GIT;
import static dev.modelcompression.operator.cluster.ReleaseScene.NEW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.api.release.status.ModelReleaseStatus;
import dev.modelcompression.api.release.status.ReleasePhase;
import dev.modelcompression.api.release.status.WriteBackStatus;
import dev.modelcompression.operator.cluster.Await;
import dev.modelcompression.operator.cluster.ReleaseScene;
import dev.modelcompression.operator.cluster.Reports;
import dev.modelcompression.operator.cluster.Writes;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The operator is killed before and after each of its writes of a release; another one goes on from
 * what is in the cluster, and it ends as if nothing had happened.
 */
@Execution(ExecutionMode.CONCURRENT)
class ReleaseCrashIT {
  private static final String HALF =
      "  traffic: {gateway: {name: web, address: 'http://web.infra:80'}, weights: [50, 100], stepDuration: 1s}\n";

  /** A few more than a run that nothing disturbs has; how many depends on what is seen together. */
  private static final int PROMOTION = 34;

  /** The same of a run that is taken back. */
  private static final int ROLLBACK = 26;

  @ParameterizedTest(name = "killed {0}")
  @MethodSource("kills")
  void isPromotedAllTheSame(String when, Writes writes) {
    try (ReleaseScene scene = new ReleaseScene(new Reports())) {
      scene.start(writes);
      scene.apply(HALF, GIT);
      Await.until("the operator is killed, or has ended", () -> writes.dead() || isWritten(scene));
      if (!writes.dead()) {
        // One of the last writes, when what is in Git comes into the cluster.
        scene.edit(NEW, NEW, HALF, GIT);
        Await.until(
            "the operator is killed, or has ended", () -> writes.dead() || isPromoted(scene));
        scene.start();
      } else {
        scene.start();
        scene.await(status -> status.phase() == ReleasePhase.AWAITING_GIT && isWritten(scene));
        scene.edit(NEW, NEW, HALF, GIT);
      }
      ModelReleaseStatus end = scene.await(ReleasePhase.SUCCEEDED);
      assertThat(end.analysis()).isNotNull().matches(all -> all.failed() == 0);
      Await.until(
          "the old model is gone",
          () ->
              scene
                  .objects()
                  .equals(
                      List.of("Deployment " + CANDIDATE, "HTTPRoute net", "Service " + CANDIDATE)));
      assertThat(scene.audit().weights(CANDIDATE)).containsExactly(0, 50, 100);
      assertThat(scene.writeBacks()).isOne();
      assertThat(scene.podsOfProbes()).allMatch(pods -> pods == 1);
    }
  }

  @ParameterizedTest(name = "killed {0}")
  @MethodSource("fewerKills")
  void isTakenBackAllTheSame(String when, Writes writes) {
    try (ReleaseScene scene =
        new ReleaseScene(
            new Reports()
                .measure(
                    request ->
                        request.round() == 1 ? Reports.good(request) : Reports.bad(request)))) {
      scene.start(writes);
      scene.apply(HALF, GIT);
      Await.until("the operator is killed, or has ended", () -> writes.dead() || isWritten(scene));
      scene.start();
      scene.await(status -> status.phase() == ReleasePhase.ROLLED_BACK && isWritten(scene));
      assertThat(scene.audit().weights(CANDIDATE)).containsExactly(0, 50, 0);
      assertThat(scene.writeBacks()).isOne();
      assertThat(scene.podsOfProbes()).allMatch(pods -> pods == 1);
    }
  }

  private static boolean isPromoted(ReleaseScene scene) {
    return scene
        .find()
        .map(release -> release.getStatus())
        .filter(status -> status.phase() == ReleasePhase.SUCCEEDED)
        .isPresent();
  }

  private static boolean isWritten(ReleaseScene scene) {
    return scene
        .find()
        .map(release -> release.getStatus())
        .map(ModelReleaseStatus::writeBack)
        .filter(written -> written.state() == WriteBackStatus.State.WRITTEN)
        .isPresent();
  }

  private static Stream<Object[]> kills() {
    return kills(1, PROMOTION);
  }

  /** The way up is the same: from where the two part. */
  private static Stream<Object[]> fewerKills() {
    return kills(10, ROLLBACK);
  }

  private static Stream<Object[]> kills(int first, int last) {
    return IntStream.rangeClosed(first, last)
        .boxed()
        .flatMap(
            write ->
                Stream.of(
                    new Object[] {"before write " + write, Writes.killedBefore(write)},
                    new Object[] {"after write " + write, Writes.killedAfter(write)}));
  }
}
