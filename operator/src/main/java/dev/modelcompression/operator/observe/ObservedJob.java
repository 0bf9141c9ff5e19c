package dev.modelcompression.operator.observe;

import dev.modelcompression.api.status.Reason;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The Job of one attempt, as it was seen.
 *
 * @param name name of the Job
 * @param uid its identity
 * @param version its version when it was seen
 * @param run the run that it is labelled with
 * @param trial the trial
 * @param step the step
 * @param attempt the attempt
 * @param created when it was created, as the API server writes it
 * @param finished when it ended, as the cluster writes it; null before, or when it does not say
 * @param podDigest the digest of what its pod was asked to be; empty when it does not say
 * @param deleting whether it is on its way out
 * @param pods how many pods of it are known, of any phase
 * @param disrupted uids of the pods that the cluster took away and that are still known, oldest
 *     first
 * @param state how it stands
 * @param reason what it waits for, in state {@code WAITING}
 * @param message the same in words; may be empty
 * @param ending how it ended, in state {@code ENDED}
 * @param silence what to ask about when nothing comes of it
 */
public record ObservedJob(
    String name,
    String uid,
    String version,
    String run,
    int trial,
    String step,
    int attempt,
    String created,
    @Nullable String finished,
    String podDigest,
    boolean deleting,
    int pods,
    List<String> disrupted,
    State state,
    @Nullable Reason reason,
    String message,
    Optional<Ending> ending,
    Optional<Silence> silence) {

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

  /** The same Job, waiting for something that its pods cannot tell. */
  public ObservedJob waiting(Reason why, String text) {
    return new ObservedJob(
        name,
        uid,
        version,
        run,
        trial,
        step,
        attempt,
        created,
        finished,
        podDigest,
        deleting,
        pods,
        disrupted,
        State.WAITING,
        why,
        text,
        Optional.empty(),
        silence);
  }
}
