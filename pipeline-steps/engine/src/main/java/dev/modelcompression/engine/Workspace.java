package dev.modelcompression.engine;

import dev.modelcompression.contract.StepReport;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Keeps results and the records of runs. A result is published whole or not at all, and is verified
 * by digest whenever it is taken.
 */
public interface Workspace {
  /** Held while a run uses the workspace. */
  interface Lock {
    /** Lets another run have the workspace. */
    void close();
  }

  /**
   * What is known of a step's result.
   *
   * @param report the published report with absolute locations; empty when the step must run
   * @param note why a result that was there cannot be used
   */
  record Lookup(Optional<StepReport> report, Optional<String> note) {}

  /**
   * Takes the workspace for one run.
   *
   * @throws WorkspaceBusyException another run has it
   */
  Lock lock();

  /**
   * Removes what steps have written and never published, if nobody wrote to it since {@code
   * before}: what is left of settings that were given up. Only for the holder of the lock.
   */
  void discardAbandoned(Instant before);

  /** Looks for a result and verifies it. */
  Lookup find(StepKey key);

  /** Location of the folder that a step writes to: empty but for a checkpoint of the same step. */
  String stage(StepKey key);

  /**
   * Makes what a step has written its published result.
   *
   * @param report lists the outputs, relative to the staged folder
   * @return the report with absolute locations
   * @throws IllegalStateException an output is missing or is not what the report says
   */
  StepReport publish(StepKey key, StepReport report);

  /** Location of the published report, whether or not it is there. */
  String reportLocation(StepKey key);

  /** Keeps the record of a run in place of an earlier one of the same run. */
  void record(RunRecord record);

  /** Records of all runs, latest first. */
  List<RunRecord> runs();
}
