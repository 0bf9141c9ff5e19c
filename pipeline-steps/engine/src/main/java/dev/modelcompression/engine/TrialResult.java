package dev.modelcompression.engine;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.modelcompression.contract.Artifact;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came of one trial.
 *
 * @param trial number, from 1
 * @param settings what differs from the spec, in words
 * @param passed whether it ran to its end and every gate passed
 * @param message one sentence for people
 * @param gates the gates, when they could be evaluated
 * @param model the model that it ended with, when it ran to its end
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TrialResult(
    int trial,
    String settings,
    boolean passed,
    String message,
    List<GateResult> gates,
    @Nullable Artifact model) {}
