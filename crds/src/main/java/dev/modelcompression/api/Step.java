package dev.modelcompression.api;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.modelcompression.api.pod.Resources;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One step of the pipeline: a name and the settings of exactly one kind. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value =
        "[has(self.analyze), has(self.optimize), has(self.prune), has(self.fineTune),"
            + " has(self.quantize), has(self.evaluate), has(self.custom)].filter(x, x).size() == 1",
    message = "exactly one of analyze, optimize, prune, fineTune, quantize, evaluate and custom")
public record Step(
    @JsonPropertyDescription(
            "name tells the step from the others: lower-case letters, digits and dashes, at most 40"
                + " characters.")
        @Required
        @Pattern("^[a-z]([-a-z0-9]*[a-z0-9])?$")
        @Size(max = 40)
        String name,
    @JsonPropertyDescription(
            "timeout is how long one attempt of the step may take, such as 90s, 30m or 1h30m."
                + " Defaults to 6h.")
        @Default("6h")
        @Pattern(Durations.PATTERN)
        String timeout,
    @JsonPropertyDescription(
            "retries is how often the step is started again after an end that may pass, such as a"
                + " store that cannot be reached. 0 to 10; defaults to 3.")
        @Default("3")
        @Min(0)
        @Max(10)
        Integer retries,
    @JsonPropertyDescription(
            "resources are what the container of this step gets in a cluster; what is left out is"
                + " taken from podTemplate. They do not change how many threads the step computes"
                + " with: podTemplate.resources decides that for all steps. More cpu here alone is"
                + " reserved and left idle, but for evaluate.threads and images of your own.")
        @Nullable Resources resources,
    @JsonPropertyDescription("analyze finds facts about the model and gives advice.")
        @Nullable AnalyzeSettings analyze,
    @JsonPropertyDescription(
            "optimize rewrites the graph without changing what it computes: constant folding, batch"
                + " normalization into convolutions, dead code.")
        @Nullable OptimizeSettings optimize,
    @JsonPropertyDescription(
            "prune removes the weights that matter least: whole channels, which makes the network smaller"
                + " and faster everywhere, or single weights. A fineTune after it wins back most of the"
                + " accuracy. Importance Taylor needs datasets.training.")
        @Nullable PruneSettings prune,
    @JsonPropertyDescription(
            "fineTune trains the model further, to win back what an earlier step lost; the original model"
                + " can teach. Needs datasets.training.")
        @Nullable FineTuneSettings fineTune,
    @JsonPropertyDescription(
            "quantize turns weights and activations into 8-bit integers: about a quarter of the size, and"
                + " faster where the CPU has instructions for them. Mode Static needs"
                + " datasets.calibration, maxAccuracyDrop needs datasets.training.")
        @Nullable QuantizeSettings quantize,
    @JsonPropertyDescription(
            "evaluate measures accuracy, latency and size of the model and of the original, side by side;"
                + " gates read what it finds. Needs datasets.evaluation.")
        @Nullable EvaluateSettings evaluate,
    @JsonPropertyDescription(
            "custom runs an image of yours that honours the step contract: it gets the model, the data"
                + " and its parameters, and leaves a model.")
        @Nullable CustomSettings custom) {

  public Step {
    timeout = timeout == null ? "6h" : timeout;
    retries = retries == null ? 3 : retries;
  }

  /** A step with default timeout and retries. */
  public static Step of(String name, StepSettings settings) {
    return with(name, null, null, null, settings);
  }

  /** The same step under another name and with other settings. */
  public Step with(String otherName, StepSettings settings) {
    return with(otherName, timeout, retries, resources, settings);
  }

  /** The same step without what only says how a cluster runs it. */
  @JsonIgnore
  public Step withoutResources() {
    return resources == null ? this : with(name, timeout, retries, null, settings());
  }

  @SuppressWarnings("NullAway") // null stands for the default, as it does in JSON
  private static Step with(
      String name,
      @Nullable String timeout,
      @Nullable Integer retries,
      @Nullable Resources resources,
      StepSettings settings) {
    return new Step(
        name,
        timeout,
        retries,
        resources,
        settings instanceof AnalyzeSettings s ? s : null,
        settings instanceof OptimizeSettings s ? s : null,
        settings instanceof PruneSettings s ? s : null,
        settings instanceof FineTuneSettings s ? s : null,
        settings instanceof QuantizeSettings s ? s : null,
        settings instanceof EvaluateSettings s ? s : null,
        settings instanceof CustomSettings s ? s : null);
  }

  /** The kind of the step. */
  @JsonIgnore
  public StepType type() {
    return members().entrySet().stream()
        .findFirst()
        .map(Map.Entry::getKey)
        .orElseThrow(() -> new IllegalStateException("step '" + name + "' has no settings"));
  }

  /** The settings of the one kind that is given. */
  @JsonIgnore
  public StepSettings settings() {
    return Optional.ofNullable(members().get(type())).orElseThrow();
  }

  /** Settings by kind; a valid step has exactly one. */
  Map<StepType, StepSettings> members() {
    Map<StepType, StepSettings> members = new TreeMap<>();
    put(members, StepType.ANALYZE, analyze);
    put(members, StepType.OPTIMIZE, optimize);
    put(members, StepType.PRUNE, prune);
    put(members, StepType.FINE_TUNE, fineTune);
    put(members, StepType.QUANTIZE, quantize);
    put(members, StepType.EVALUATE, evaluate);
    put(members, StepType.CUSTOM, custom);
    return members;
  }

  private static void put(
      Map<StepType, StepSettings> members, StepType type, @Nullable StepSettings settings) {
    if (settings != null) {
      members.put(type, settings);
    }
  }
}
