package dev.modelcompression.cli;

import dev.modelcompression.api.StepType;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/** The commands that run one step each, on files. */
final class StepCommands {
  private StepCommands() {}

  static List<CommandSpec> all(TerminalProgress progress) {
    return List.of(
        StepCommand.of(
            StepType.ANALYZE,
            progress,
            "Tells what a model is made of: cost and time per node, value ranges, sparsity, and what to do about it.",
            InputFlag.calibration(
                "Samples (.npz) for measured times and value ranges; without them nothing is timed.")),
        StepCommand.of(
            StepType.OPTIMIZE,
            progress,
            "Rewrites the graph without changing what it computes: folds constants and batch normalization, removes dead code."),
        StepCommand.of(
            StepType.PRUNE,
            progress,
            "Removes the channels or weights that matter least.",
            InputFlag.training(false, "Labelled samples (.npz), for --importance Taylor.")),
        StepCommand.of(
            StepType.FINE_TUNE,
            progress,
            "Trains a model further, to win back what another step lost.",
            InputFlag.training(true, "Labelled samples (.npz) to train on."),
            InputFlag.original(
                "--teacher",
                false,
                "The model that teaches, for --distillation-…; usually the original.")),
        StepCommand.of(
            StepType.QUANTIZE,
            progress,
            "Turns weights and activations into 8-bit integers.",
            InputFlag.calibration(
                "Samples (.npz) for value ranges; a few hundred are enough. Not needed by --mode Dynamic."),
            InputFlag.training(false, "Labelled samples (.npz), for --max-accuracy-drop.")),
        StepCommand.of(
            StepType.EVALUATE,
            progress,
            "Measures accuracy, latency, throughput and size of a model against another one.",
            InputFlag.evaluation("Labelled samples (.npz) to measure on."),
            InputFlag.original(
                "--baseline",
                true,
                "The model to compare with, measured in turns in the same process.")));
  }
}
