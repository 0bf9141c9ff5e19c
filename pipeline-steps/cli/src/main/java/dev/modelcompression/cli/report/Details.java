package dev.modelcompression.cli.report;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The findings per node, layer and epoch that stand behind the headline numbers. */
public record Details(
    @JsonPropertyDescription("The costliest nodes of the original, costliest first.")
        List<Bottleneck> bottlenecks,
    @JsonPropertyDescription("Time per operator type, from a profile of each model.")
        OperatorTimes operatorTimes,
    @JsonPropertyDescription("Layers that pruning looked at, in the order of the graph.")
        List<PrunedLayer> prunedLayers,
    @JsonPropertyDescription("Layers that quantization looked at, in the order of the graph.")
        List<QuantizedLayer> quantizedLayers,
    @JsonPropertyDescription("Training, one entry an epoch, in the order of time.")
        List<TrainingEpoch> training) {

  public static final Details NONE =
      new Details(
          List.of(), new OperatorTimes(List.of(), List.of()), List.of(), List.of(), List.of());

  public Details {
    bottlenecks = List.copyOf(bottlenecks);
    prunedLayers = List.copyOf(prunedLayers);
    quantizedLayers = List.copyOf(quantizedLayers);
    training = List.copyOf(training);
  }

  /** A node that is worth working on. */
  public record Bottleneck(
      @JsonPropertyDescription("Name of the node.") String node,
      @JsonPropertyDescription("Operator type of the node.") String opType,
      @JsonPropertyDescription(
              "Multiply-accumulates for one sample; absent for an operator without a cost formula.")
          @Nullable Double macs,
      @JsonPropertyDescription("Elements of the node's weights.") long parameters,
      @JsonPropertyDescription("Mean measured time of the node in one inference, in microseconds.")
          @Nullable Double micros,
      @JsonPropertyDescription("Share of the model's time, 0 to 1.") @Nullable Double share) {

    public Bottleneck {
      macs = Numbers.finite(macs);
      micros = Numbers.finite(micros);
      share = Numbers.finite(share);
    }
  }

  /** Where the time goes, before and after. */
  public record OperatorTimes(
      @JsonPropertyDescription("Operators of the original model.") List<OperatorTime> original,
      @JsonPropertyDescription("Operators of the resulting model.") List<OperatorTime> result) {

    public OperatorTimes {
      original = List.copyOf(original);
      result = List.copyOf(result);
    }
  }

  /** All nodes of one operator type. */
  public record OperatorTime(
      @JsonPropertyDescription("Operator type, as ONNX Runtime runs it (after fusion).")
          String opType,
      @JsonPropertyDescription("Number of nodes of this type.") int nodes,
      @JsonPropertyDescription(
              "Mean time of all of them together in one inference, in microseconds.")
          double totalMicros) {}

  /** What pruning did to one layer. */
  public record PrunedLayer(
      @JsonPropertyDescription("Name of the node that owns the channels.") String layer,
      @JsonPropertyDescription("Output channels before.") int channelsBefore,
      @JsonPropertyDescription("Output channels after.") int channelsAfter,
      @JsonPropertyDescription("Why this many, or why the layer was left alone; may be empty.")
          String reason) {

    /**
     * This round of pruning and the one after it as one: the reason is that of the last round that
     * changed the layer, or else of the last one.
     */
    public PrunedLayer then(PrunedLayer next) {
      boolean decidedBefore = !next.changed() && changed();
      return new PrunedLayer(
          layer, channelsBefore, next.channelsAfter, decidedBefore ? reason : next.reason);
    }

    private boolean changed() {
      return channelsBefore != channelsAfter;
    }
  }

  /** What quantization did to one layer. */
  public record QuantizedLayer(
      @JsonPropertyDescription("Name of the node.") String layer,
      @JsonPropertyDescription("Operator type of the node.") String opType,
      @JsonPropertyDescription(
              "Signal to quantization noise of the layer's output against the float model, in decibels; absent when"
                  + " not measured or exact.")
          @Nullable Double sqnrDb,
      @JsonPropertyDescription(
              "Whether the runtime really computes the layer in integers, by the fusion audit.")
          boolean integerArithmetic) {

    public QuantizedLayer {
      sqnrDb = Numbers.finite(sqnrDb);
    }
  }

  /** One epoch of a fine-tune step. */
  public record TrainingEpoch(
      @JsonPropertyDescription("Name of the fine-tune step.") String stage,
      @JsonPropertyDescription("Number of the epoch, from 1.") int epoch,
      @JsonPropertyDescription("Mean loss over the training samples.") double trainLoss,
      @JsonPropertyDescription("Accuracy on the validation split, 0 to 1; absent without one.")
          @Nullable Double validationAccuracy,
      @JsonPropertyDescription("Learning rate at the end of the epoch.") double learningRate,
      @JsonPropertyDescription("Wall time of the epoch in seconds.") double seconds) {

    public TrainingEpoch {
      validationAccuracy = Numbers.finite(validationAccuracy);
    }
  }
}
