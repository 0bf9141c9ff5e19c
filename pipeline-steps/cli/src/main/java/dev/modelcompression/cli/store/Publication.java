package dev.modelcompression.cli.store;

import dev.modelcompression.contract.StepReport;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The place for the result of one step request. A result is whole or not there; two attempts at the
 * same request that run at once each have a folder of their own to write to, and the first that is
 * done is the one that is published.
 */
public interface Publication {
  /**
   * A published result.
   *
   * @param report what the step told; URIs of outputs are relative to the place
   * @param digest digest of the report's file
   */
  record Published(StepReport report, String digest) {}

  /**
   * Sees to it that nothing but an earlier result is replaced.
   *
   * @throws IllegalArgumentException the place holds something else
   */
  void requireReplaceable();

  /** What an attempt at the same request published, when all of it is there and unaltered. */
  Optional<Published> find();

  /** A folder for this attempt to write to. What attempts that were killed have staged may go. */
  Path stage();

  /** A folder of the request that attempts which were killed have left their state in. */
  Path checkpoint();

  /**
   * Publishes what was written to the staged folder, unless another attempt was faster: then that
   * one's result is the result.
   *
   * @param report lists the outputs, relative to the staged folder
   * @throws StoreException the place cannot be written to; then nothing has changed there
   */
  Published publish(StepReport report);

  /** Removes what this attempt has staged. The checkpoint stays. */
  void discard();
}
