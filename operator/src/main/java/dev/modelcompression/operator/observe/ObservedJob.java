package dev.modelcompression.operator.observe;

import dev.modelcompression.api.status.Reason;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The Job of one attempt, as it was seen.
 *
 * @param name name of the Job
 * @param uid its identity
 * @param run the run that it is labelled with
 * @param trial the trial
 * @param step the step
 * @param attempt the attempt
 * @param created when it was created, as the API server writes it
 * @param deleting whether it is on its way out
 * @param pods how many pods of it are known, of any phase
 * @param disruptions pods that the cluster took away
 * @param state how it stands
 * @param reason what it waits for, in state {@code WAITING}
 * @param message the same in words; may be empty
 * @param ending how it ended, in state {@code ENDED}
 */
public record ObservedJob(
    String name,
    String uid,
    String run,
    int trial,
    String step,
    int attempt,
    String created,
    boolean deleting,
    int pods,
    int disruptions,
    State state,
    @Nullable Reason reason,
    String message,
    Optional<Ending> ending) {

  /** How a Job stands. */
  public enum State {
    /** A pod of it is there, or is about to be, and nothing is known to be wrong. */
    RUNNING,
    /** It cannot go on until something else happens. */
    WAITING,
    /** It ended, but its pod has not been seen to end: the cache may be behind. */
    UNREAD,
    /** It ended, and this is how. */
    ENDED
  }

  /** Whether the Job is of that attempt. */
  public boolean isAttempt(String otherRun, int otherTrial, String otherStep, int otherAttempt) {
    return run.equals(otherRun)
        && trial == otherTrial
        && step.equals(otherStep)
        && attempt == otherAttempt;
  }

  /** Whether the Job may still have a pod at work. */
  public boolean live() {
    return state == State.RUNNING || state == State.WAITING;
  }

  /** Whether nothing at all has been made of the Job, and nothing says why. */
  public boolean idle() {
    return state == State.RUNNING && pods == 0 && !deleting;
  }

  /** The same Job, waiting for something that its pods cannot tell. */
  public ObservedJob waiting(Reason why, String text) {
    return new ObservedJob(
        name,
        uid,
        run,
        trial,
        step,
        attempt,
        created,
        deleting,
        pods,
        disruptions,
        State.WAITING,
        why,
        text,
        Optional.empty());
  }
}
