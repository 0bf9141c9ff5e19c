package dev.modelcompression.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.modelcompression.api.pod.PodTemplate;
import dev.modelcompression.api.release.ReleaseSpec;
import dev.modelcompression.api.status.ModelCompressionStatus;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Desired compression of one ONNX model. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
    value = "self.steps.all(s, self.steps.exists_one(t, t.name == s.name))",
    message = "names of steps must differ",
    fieldPath = ".steps")
@ValidationRule(
    value =
        "(has(self.datasets) && has(self.datasets.training)) || !self.steps.exists(s, has(s.fineTune)"
            + " || (has(s.prune) && s.prune.importance == 'Taylor')"
            + " || (has(s.quantize) && has(s.quantize.maxAccuracyDrop)))",
    message =
        "datasets.training is missing, but fineTune, prune with importance Taylor and quantize with"
            + " maxAccuracyDrop need it")
@ValidationRule(
    value =
        "(has(self.datasets) && has(self.datasets.calibration)) ||"
            + " !self.steps.exists(s, has(s.quantize) && s.quantize.mode == 'Static')",
    message = "datasets.calibration is missing, but quantize with mode Static needs it")
@ValidationRule(
    value =
        "(has(self.datasets) && has(self.datasets.evaluation)) ||"
            + " !self.steps.exists(s, has(s.evaluate))",
    message = "datasets.evaluation is missing, but evaluate needs it")
@ValidationRule(
    value =
        "!has(self.gates) || size(self.gates) == 0 ||"
            + " self.steps.filter(s, !has(s.analyze)).map(s, has(s.evaluate) ? 1 : 0)"
            + ".lastIndexOf(1) == size(self.steps.filter(s, !has(s.analyze))) - 1",
    message =
        "there is no evaluate step after the last step that makes a model, so no number to limit",
    fieldPath = ".gates")
@ValidationRule(
    value =
        "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31]"
            + ".all(i, i >= size(self.steps) || !has(self.steps[i].prune) || self.steps[i].prune.iterations < 2"
            + " || has(self.steps[i].prune.pattern)"
            + " || (i + 1 < size(self.steps) && has(self.steps[i + 1].fineTune)))",
    message =
        "prune with iterations above 1 is not followed by fineTune; rounds need one to win accuracy back",
    fieldPath = ".steps")
@ValidationRule(
    value =
        "(has(self.tuning) ? self.tuning.maxTrials : 1) * self.steps.map(s, has(s.prune) &&"
            + " s.prune.iterations > 1 ? 2 * s.prune.iterations : 1).sum() < "
            + ModelCompressionStatus.MAX_STEPS,
    message =
        "maxTrials times the steps, rounds of pruning counted, must stay below "
            + ModelCompressionStatus.MAX_STEPS)
@ValidationRule(
    value = "!has(self.release) || !has(self.release.candidate)",
    message = "must be left out; the candidate is the result",
    fieldPath = ".release.candidate")
@ValidationRule(
    value =
        "!has(self.release) || !has(self.release.baseline) || has(self.release.baseline.model.digest)"
            + " || self.release.baseline.model.uri == self.model.uri",
    message = "is missing; only of the model that is compressed is it known",
    fieldPath = ".release.baseline.model.digest")
@ValidationRule(
    value =
        "!has(self.release) || has(self.release.analysis.dataset) ||"
            + " (has(self.datasets) && has(self.datasets.evaluation))",
    message = "is missing, and so is datasets.evaluation",
    fieldPath = ".release.analysis.dataset")
public record ModelCompressionSpec(
    @JsonPropertyDescription("model is the trained ONNX model to compress.") @Required
        ModelSource model,
    @JsonPropertyDescription(
            "datasets are the data that steps learn from, calibrate with and are judged by.")
        Datasets datasets,
    @JsonPropertyDescription(
            "workspace is where artifacts, reports and the step cache are kept. The command line"
                + " takes --workspace instead of it.")
        @Nullable WorkspaceSource workspace,
    @JsonPropertyDescription(
            "seed is the start of every random choice: data order, sampling, dropout. The same spec,"
                + " files, seed, build of the tool, number of threads and kind of CPU give"
                + " bit-identical models; another number of threads or kind of CPU adds"
                + " floating-point numbers in another order, which changes their last bits. Times"
                + " are measured and never repeat. Defaults to 0.")
        @Default("0")
        @Min(0)
        @Max(4294967295.0)
        Long seed,
    @JsonPropertyDescription(
            "steps run one after the other, each on the model that the one before it made. 1 to 32"
                + " steps, with unique names.")
        @Required
        @Size(min = 1, max = 32)
        List<Step> steps,
    @JsonPropertyDescription(
            "gates are limits that the result must keep, read from the last evaluate step. A number"
                + " that is missing never passes. At most 32.")
        @Size(max = 32)
        List<Gate> gates,
    @JsonPropertyDescription(
            "tuning says what to do when a gate fails: run again with gentler settings, or give up.")
        Tuning tuning,
    @JsonPropertyDescription(
            "restartNonce is any text; changing it forces a fresh run that takes nothing from the"
                + " cache.")
        @Size(max = 63)
        @Nullable String restartNonce,
    @JsonPropertyDescription(
            "suspend stops the running step and starts nothing until it is false again; finished"
                + " steps are kept. Only in a cluster. Defaults to false.")
        @Default("false")
        Boolean suspend,
    @JsonPropertyDescription(
            "ttlAfterFinished is how long the ModelCompression stays after its end before the"
                + " operator deletes it, such as 24h; it also stays until the release that it asks for"
                + " has ended. It stays forever when left out. Files in the workspace always stay.")
        @Pattern(Durations.PATTERN)
        @Nullable String ttlAfterFinished,
    @JsonPropertyDescription(
            "podTemplate says how the pods of the steps are made in a cluster. Changing it does not"
                + " start a new run, unless it changes the number of threads.")
        @Nullable PodTemplate podTemplate,
    @JsonPropertyDescription(
            "release is the template of a ModelRelease of the same name, made once every gate has"
                + " passed. It has no candidate: that is the result.")
        @Nullable ReleaseSpec release) {

  public ModelCompressionSpec {
    datasets = datasets == null ? Datasets.NONE : datasets;
    seed = seed == null ? 0L : seed;
    steps = List.copyOf(steps);
    gates = gates == null ? List.of() : List.copyOf(gates);
    suspend = suspend != null && suspend;
    tuning = tuning == null ? Tuning.defaults() : tuning;
  }
}
