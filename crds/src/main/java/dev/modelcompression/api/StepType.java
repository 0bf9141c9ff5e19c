package dev.modelcompression.api;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The kinds of steps. */
public enum StepType {
  /** Finds facts about a model; makes no model. */
  @JsonProperty("analyze")
  ANALYZE("analyze", AnalyzeSettings.class, false),
  /** Rewrites the graph without changing what it computes. */
  @JsonProperty("optimize")
  OPTIMIZE("optimize", OptimizeSettings.class, true),
  /** Removes weights. */
  @JsonProperty("prune")
  PRUNE("prune", PruneSettings.class, true),
  /** Trains the weights further. */
  @JsonProperty("fineTune")
  FINE_TUNE("fineTune", FineTuneSettings.class, true),
  /** Turns weights and activations into integers. */
  @JsonProperty("quantize")
  QUANTIZE("quantize", QuantizeSettings.class, true),
  /** Compares a model with the original; makes no model. */
  @JsonProperty("evaluate")
  EVALUATE("evaluate", EvaluateSettings.class, false),
  /** Runs an image of the user's that honours the step contract. */
  @JsonProperty("custom")
  CUSTOM("custom", CustomSettings.class, true);

  private final String member;
  private final Class<? extends StepSettings> settings;
  private final boolean makesModel;

  StepType(String member, Class<? extends StepSettings> settings, boolean makesModel) {
    this.member = member;
    this.settings = settings;
    this.makesModel = makesModel;
  }

  /** Name of the step's member that holds settings of this type, such as {@code fineTune}. */
  public String member() {
    return member;
  }

  /** The record that holds the settings. */
  public Class<? extends StepSettings> settings() {
    return settings;
  }

  /** Whether a step of this type puts out a model that the next step continues with. */
  public boolean makesModel() {
    return makesModel;
  }
}
