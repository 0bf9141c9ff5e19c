package dev.modelcompression.operator.release.decide;

import dev.modelcompression.contract.ProbeReport;
import dev.modelcompression.contract.WriteBackReport;
import java.time.Instant;
import java.util.Optional;

/**
 * All that one look at the cluster shows of a release.
 *
 * @param baselineModel the model that serves now
 * @param candidate the model that is to take over; empty while it is not known
 * @param awaited what the candidate waits for, when it is not known
 * @param problem what makes the spec impossible in this cluster
 * @param baseline whether the baseline can answer
 * @param candidatePods how many pods of the candidate can answer
 * @param candidateTrouble why the candidate's pods do not get ready, where that is known
 * @param mirrors whether what divides requests can copy them
 * @param route how requests are divided
 * @param probe the measurement that was started last
 * @param writeBack the attempt to write to Git that was started last
 * @param report the report of the run
 * @param command value of the annotation for commands
 * @param now the time
 */
public record Observation(
    Model baselineModel,
    Optional<Model> candidate,
    String awaited,
    Optional<String> problem,
    Baseline baseline,
    int candidatePods,
    String candidateTrouble,
    boolean mirrors,
    Route route,
    Probe probe,
    Writing writeBack,
    Reported report,
    Optional<String> command,
    Instant now) {

  /** Whether the candidate can answer at all. */
  public boolean candidateReady() {
    return candidatePods > 0;
  }

  /** Whether a division would give the candidate more requests than it has now. */
  public boolean raises(int share) {
    return share > route.weight().orElse(0);
  }

  /**
   * A model.
   *
   * @param uri where it is
   * @param digest what it hashes to
   * @param workload name of the Deployment and the Service that serve it
   */
  public record Model(String uri, String digest, String workload) {}

  /** Whether the baseline can answer. */
  public enum Baseline {
    /** The Deployment that the spec names is not there. */
    MISSING,
    /** Its pods do not answer. */
    NOT_READY,
    /** At least one of its pods answers. */
    READY
  }

  /**
   * How requests are divided.
   *
   * @param weight the candidate's share as the cluster has it; empty when there is no division yet,
   *     or another one than ours
   * @param accepted whether what divides requests has taken it over
   * @param message why not
   */
  public record Route(Optional<Integer> weight, boolean accepted, String message) {
    /** Whether requests are divided so, beyond doubt. */
    public boolean gives(int share) {
      return accepted && weight.filter(w -> w == share).isPresent();
    }
  }

  /**
   * The measurement that was started last.
   *
   * @param ended whether it has ended
   * @param report what it found; empty when it found nothing
   * @param why why it found nothing
   */
  public record Probe(boolean ended, Optional<ProbeReport> report, String why) {
    /** None, or still at work. */
    public static final Probe AT_WORK = new Probe(false, Optional.empty(), "");

    /** It ended without a report. */
    public static Probe nothing(String why) {
      return new Probe(true, Optional.empty(), why);
    }
  }

  /**
   * The attempt to write to Git that was started last.
   *
   * @param ended whether it has ended
   * @param report what it did; empty when it left none
   * @param why why it left none
   */
  public record Writing(boolean ended, Optional<WriteBackReport> report, String why) {
    /** None, or still at work. */
    public static final Writing AT_WORK = new Writing(false, Optional.empty(), "");
  }

  /**
   * The report of the run.
   *
   * @param ended whether the Job that writes it has ended
   * @param uri where it is; empty when there is none
   * @param message what is said of it, or why there is none
   */
  public record Reported(boolean ended, Optional<String> uri, String message) {
    /** None is asked for, or the Job is still at work. */
    public static final Reported AT_WORK = new Reported(false, Optional.empty(), "");
  }
}
