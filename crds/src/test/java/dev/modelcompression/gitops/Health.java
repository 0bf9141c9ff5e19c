package dev.modelcompression.gitops;

import dev.modelcompression.api.release.status.ReleasePhase;
import dev.modelcompression.api.status.Phase;

/** What a phase means to those who wait for it, in the words of Argo CD and of Flux. */
enum Health {
  PROGRESSING("Progressing", "InProgress"),
  SUSPENDED("Suspended", "InProgress"),
  HEALTHY("Healthy", "Current"),
  DEGRADED("Degraded", "Failed");

  final String argo;
  final String flux;

  Health(String argo, String flux) {
    this.argo = argo;
    this.flux = flux;
  }

  /** The health of a release. Another phase does not compile before it has one. */
  static Health of(ReleasePhase phase) {
    return switch (phase) {
      case PENDING, INITIALIZING, SHADOWING, PROGRESSING, PROMOTING, FINALISING, ROLLING_BACK ->
          PROGRESSING;
      case PAUSED -> SUSPENDED;
      case AWAITING_GIT, SUCCEEDED -> HEALTHY;
      case ROLLED_BACK -> DEGRADED;
    };
  }

  /** The health of a compression. */
  static Health of(Phase phase) {
    return switch (phase) {
      case PENDING, QUEUED, RUNNING -> PROGRESSING;
      case SUSPENDED -> SUSPENDED;
      case SUCCEEDED -> HEALTHY;
      case FAILED -> DEGRADED;
    };
  }

  /** The same where {@code spec.suspend} is set: what has not ended is held. */
  Health suspended() {
    return this == PROGRESSING ? SUSPENDED : this;
  }
}
