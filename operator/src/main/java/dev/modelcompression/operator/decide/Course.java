package dev.modelcompression.operator.decide;

import dev.modelcompression.api.status.InputsStatus;
import dev.modelcompression.engine.TrialResult;
import dev.modelcompression.engine.Verdict;
import dev.modelcompression.operator.job.AttemptPod;
import dev.modelcompression.operator.observe.ObservedJob;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What to do about a compression now, and what to tell about it.
 *
 * @param delete Jobs to delete, with their pods
 * @param start the attempt to start
 * @param ledger the steps, up to date; an attempt that is started is noted by whoever starts it
 * @param standing how the compression stands when nothing goes wrong with that
 * @param run what the run is; null until the inputs are known
 * @param inputs the inputs, once they are known
 * @param step the step at work with its place in the plan; empty when there is none
 * @param verdict how the run ended, once it has
 * @param trials the trials that have ended
 */
public record Course(
    List<ObservedJob> delete,
    Optional<Start> start,
    Ledger ledger,
    Standing standing,
    @Nullable Identity run,
    @Nullable InputsStatus inputs,
    String step,
    Optional<Verdict> verdict,
    List<TrialResult> trials) {

  /**
   * What identifies a run in the status.
   *
   * @param id the run
   * @param workspace where its files are
   * @param image its step image
   * @param threads what its steps compute with
   * @param originalBytes size of the model that it starts from; 0 when that is not known
   */
  public record Identity(
      String id, String workspace, String image, int threads, long originalBytes) {}

  /**
   * An attempt to start.
   *
   * @param pod what it needs
   * @param key names its result
   * @param restarted whether the attempt was started before and its Job has been lost; a pod of it
   *     may still be at work
   */
  public record Start(AttemptPod pod, String key, boolean restarted) {}
}
