package dev.modelcompression.engine;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.modelcompression.contract.Artifact;
import dev.modelcompression.contract.ExitCode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a run ended.
 *
 * @param exit {@code DONE} when every gate passed, {@code GATE_FAILED} when none of the trials
 *     passed, otherwise the exit of the step that failed
 * @param message one sentence for people
 * @param trial the trial that the model is from: the one that passed, else the best effort; 0 when
 *     there is none
 * @param model the compressed model; null when no trial ran to its end
 * @param gates the gates of that trial
 * @param trials every trial that was made
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Verdict(
    ExitCode exit,
    String message,
    int trial,
    @Nullable Artifact model,
    List<GateResult> gates,
    List<TrialResult> trials) {

  /** Whether the model keeps every gate. */
  public boolean passed() {
    return exit == ExitCode.DONE;
  }
}
