package dev.modelcompression.engine;

import dev.modelcompression.contract.StepReport;
import dev.modelcompression.contract.StepRequest;

/** Runs a step in this process. */
@FunctionalInterface
public interface StepExecutor {
  /**
   * Runs one step to its end.
   *
   * <p>Outputs are written to the folder {@code request.output()} and listed in the report with
   * names relative to it, with digest and size. A folder {@code checkpoint} inside survives a kill
   * and is there when the same step is started again; everything else is gone then.
   *
   * @return the report; a failure is a report with another exit than {@code DONE}
   * @throws StopRequestedException thrown by {@code progress} when the run is stopped
   */
  StepReport execute(StepRequest request, StepProgress progress);
}
