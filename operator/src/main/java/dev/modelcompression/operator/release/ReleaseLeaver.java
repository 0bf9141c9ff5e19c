package dev.modelcompression.operator.release;

import dev.modelcompression.api.release.DeletionPolicy;
import dev.modelcompression.api.release.ModelRelease;
import dev.modelcompression.api.release.status.ModelReleaseStatus;
import dev.modelcompression.api.release.status.ReleasePhase;
import dev.modelcompression.api.release.status.SideStatus;
import dev.modelcompression.api.status.Reason;
import dev.modelcompression.operator.EventWriter;
import dev.modelcompression.operator.release.decide.Desired;
import dev.modelcompression.operator.release.decide.Observation;
import dev.modelcompression.operator.report.Transition;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings requests where they are to stay before a release that is deleted goes away. */
final class ReleaseLeaver {
  /** How long a deletion waits for a route that is not taken over. */
  private static final Duration LEAVING = Duration.ofSeconds(60);

  private static final Logger LOG = LoggerFactory.getLogger(ReleaseLeaver.class);

  private final ReleaseApplier applier;
  private final EventWriter events;
  private final Map<String, Leaving> leavings = new ConcurrentHashMap<>();

  ReleaseLeaver(ReleaseApplier applier, EventWriter events) {
    this.applier = applier;
    this.events = events;
  }

  /**
   * Leaves the cluster as the deletion policy says.
   *
   * @return whether nothing is left to be done
   */
  boolean leave(ModelRelease release, Observation seen, ReleaseReconciler.Cached cached) {
    if (release.getSpec().deletionPolicy() == DeletionPolicy.DELETE) {
      applier.deleteAll(release, cached);
      return true;
    }
    Desired stays =
        staying(Objects.requireNonNullElse(release.getStatus(), ModelReleaseStatus.NONE));
    if (!isThere(release, stays, cached)) {
      return true;
    }
    Leaving leaving =
        leavings.computeIfAbsent(
            release.getMetadata().getUid(), uid -> new Leaving(seen.now(), null));
    boolean late = seen.now().isAfter(leaving.since().plus(LEAVING));
    if (late) {
      leaveLate(release, stays, seen, cached);
    } else if (!atRest(release, leaving, stays, seen)) {
      return false;
    } else {
      applier.collect(release, stays, cached);
    }
    leavings.remove(release.getMetadata().getUid());
    return true;
  }

  private boolean atRest(ModelRelease release, Leaving leaving, Desired stays, Observation seen) {
    return !applier.isDivided(release)
        || (applier.divide(release, stays, seen) && isQuiet(release, leaving, stays, seen));
  }

  /** Once more, and whatever comes of it: a deletion is not held for ever. */
  private void leaveLate(
      ModelRelease release, Desired stays, Observation seen, ReleaseReconciler.Cached cached) {
    String trouble = "the route is not taken over";
    try {
      boolean given =
          !applier.isDivided(release)
              || applier.divide(release, stays, seen)
              || seen.route().gives(stays.weight());
      if (given) {
        applier.collect(release, stays, cached);
        return;
      }
    } catch (KubernetesClientException e) {
      trouble = String.valueOf(e.getMessage());
    }
    // Requests may still go there.
    Set<String> left = new TreeSet<>();
    cached.deployments().forEach(found -> left.add(found.getMetadata().getName()));
    ReleaseApplier.sides(stays).forEach(side -> left.remove(side.workload()));
    String message =
        "the release goes without bringing its requests to where they are to stay within %d s: %s;"
                .formatted(LEAVING.toSeconds(), trouble)
            + " Deployments and Services left for you to delete: "
            + (left.isEmpty() ? "none" : String.join(", ", left));
    LOG.warn("{}: {}", release.getMetadata().getName(), message);
    events.write(
        release,
        new Transition(
            Reason.WEIGHT_DRIFT, true, message, "left/" + release.getMetadata().getUid()),
        seen.now());
  }

  /** Whether there is anything that could go on serving: not in a namespace that goes away. */
  private boolean isThere(ModelRelease release, Desired stays, ReleaseReconciler.Cached cached) {
    return ReleaseApplier.sides(stays).stream()
        .anyMatch(
            side ->
                cached
                        .deployment(side.workload())
                        .filter(found -> found.getMetadata().getDeletionTimestamp() == null)
                        .isPresent()
                    || applier.usersDeployment(release).isPresent());
  }

  /** Whether requests have gone where they are to stay for long enough that all know of it. */
  private boolean isQuiet(ModelRelease release, Leaving leaving, Desired stays, Observation seen) {
    if (!seen.route().gives(stays.weight())) {
      return false;
    }
    Instant given = Objects.requireNonNullElse(leaving.given(), seen.now());
    leavings.put(release.getMetadata().getUid(), new Leaving(leaving.since(), given));
    return seen.now().isAfter(given.plus(ReleaseApplier.GATEWAY_LAG));
  }

  /**
   * A deletion that is under way; after a restart it begins anew.
   *
   * @param since when it was seen first
   * @param given when requests were seen to be where they are to stay
   */
  private record Leaving(Instant since, @Nullable Instant given) {}

  /** What goes on serving when the release is gone: what was promoted, else the baseline. */
  private static Desired staying(ModelReleaseStatus status) {
    ReleasePhase phase = Objects.requireNonNullElse(status.phase(), ReleasePhase.PENDING);
    boolean promoted =
        phase == ReleasePhase.AWAITING_GIT
            || phase == ReleasePhase.FINALISING
            || phase == ReleasePhase.SUCCEEDED;
    Optional<SideStatus> baseline = Optional.ofNullable(status.baseline());
    Optional<SideStatus> candidate = Optional.ofNullable(status.candidate());
    return promoted
        ? new Desired(
            Optional.empty(),
            candidate,
            100,
            false,
            false,
            Optional.empty(),
            Optional.empty(),
            false)
        : new Desired(
            baseline, Optional.empty(), 0, false, false, Optional.empty(), Optional.empty(), false);
  }
}
