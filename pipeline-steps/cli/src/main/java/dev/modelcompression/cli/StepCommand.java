package dev.modelcompression.cli;

import dev.modelcompression.api.Datasets;
import dev.modelcompression.api.Step;
import dev.modelcompression.api.StepType;
import dev.modelcompression.cli.step.StepInputs;
import dev.modelcompression.cli.step.StepJob;
import dev.modelcompression.cli.step.StepRunner;
import dev.modelcompression.contract.Artifact;
import dev.modelcompression.contract.ContractJson;
import dev.modelcompression.contract.DatasetInput;
import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.contract.StepReport;
import dev.modelcompression.contract.StepRequest;
import dev.modelcompression.manifest.ModelCompressionParser;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/**
 * A command that runs one step on files. Its flags are the settings of the step; the same code runs
 * behind it as in a pipeline.
 */
final class StepCommand implements Callable<Integer> {
  private static final String OUT = "--out";
  private static final String SAMPLES = "--samples";

  /** A flag that names a data set, and what the step calls that data set. */
  record DataFlag(String flag, String dataset, boolean required, String description) {}

  private final CommandSpec spec;
  private final SettingsOptions settings;
  private final StepType type;
  private final String settingsName;
  private final List<DataFlag> data;
  private final Optional<String> originalFlag;
  private final TerminalProgress progress;

  private StepCommand(
      StepType type,
      List<DataFlag> data,
      @Nullable OptionSpec original,
      TerminalProgress progress,
      String... description) {
    this.type = type;
    this.data = data;
    this.progress = progress;
    this.settingsName = commandName(type);
    this.originalFlag = Optional.ofNullable(original).map(OptionSpec::longestName);
    spec =
        CommandSpec.wrapWithoutInspection(this).name(settingsName).mixinStandardHelpOptions(true);
    spec.usageMessage().description(description).sortOptions(false).abbreviateSynopsis(true);
    spec.exitCodeOnUsageHelp(0);
    spec.addPositional(
        PositionalParamSpec.builder()
            .paramLabel("MODEL")
            .index("0")
            .arity("1")
            .type(Path.class)
            .required(true)
            .description("The ONNX model to work on.")
            .build());
    if (original != null) {
      spec.addOption(original);
    }
    for (var flag : data) {
      spec.addOption(
          OptionSpec.builder(flag.flag())
              .type(Path.class)
              .paramLabel("FILE")
              .arity("1")
              .required(flag.required())
              .description(flag.description())
              .build());
    }
    if (type.makesModel()) {
      spec.addOption(
          OptionSpec.builder("-o", OUT)
              .type(Path.class)
              .paramLabel("FILE")
              .arity("1")
              .required(true)
              .description("Where to write the model. Replaced only when the step is done.")
              .build());
    }
    Output.addTo(spec, !type.makesModel());
    spec.addOption(
        OptionSpec.builder("--seed")
            .type(Long.class)
            .paramLabel("N")
            .arity("1")
            .defaultValue("0")
            .description("Start of every random choice. Defaults to 0.")
            .build());
    settings = SettingsOptions.addTo(spec, type.settings());
    if (!data.isEmpty() && !spec.optionsMap().containsKey(SAMPLES)) {
      spec.addOption(
          OptionSpec.builder(SAMPLES)
              .type(Integer.class)
              .paramLabel("N")
              .arity("1")
              .description(
                  "How many samples of "
                      + data.get(0).flag()
                      + " to draw, at random by the seed. Defaults to all.")
              .build());
    }
    if (!spec.optionsMap().containsKey(Threads.FLAG)) {
      Threads.addTo(spec);
    }
  }

  static CommandSpec analyze(TerminalProgress progress) {
    return new StepCommand(
            StepType.ANALYZE,
            List.of(
                new DataFlag(
                    "--data",
                    Datasets.CALIBRATION,
                    false,
                    "Samples (.npz) for measured times and value ranges; without them nothing is timed.")),
            null,
            progress,
            "Tells what a model is made of: cost and time per node, value ranges, sparsity, and what to do about it.")
        .spec;
  }

  static CommandSpec optimize(TerminalProgress progress) {
    return new StepCommand(
            StepType.OPTIMIZE,
            List.of(),
            null,
            progress,
            "Rewrites the graph without changing what it computes: folds constants and batch normalization, removes dead code.")
        .spec;
  }

  static CommandSpec prune(TerminalProgress progress) {
    return new StepCommand(
            StepType.PRUNE,
            List.of(
                new DataFlag(
                    "--train",
                    Datasets.TRAINING,
                    false,
                    "Labelled samples (.npz), for --importance Taylor.")),
            null,
            progress,
            "Removes the channels or weights that matter least.")
        .spec;
  }

  static CommandSpec fineTune(TerminalProgress progress) {
    return new StepCommand(
            StepType.FINE_TUNE,
            List.of(
                new DataFlag(
                    "--train", Datasets.TRAINING, true, "Labelled samples (.npz) to train on.")),
            OptionSpec.builder("--teacher")
                .type(Path.class)
                .paramLabel("MODEL")
                .arity("1")
                .description("The model that teaches, for --distillation-…; usually the original.")
                .build(),
            progress,
            "Trains a model further, to win back what another step lost.")
        .spec;
  }

  static CommandSpec quantize(TerminalProgress progress) {
    return new StepCommand(
            StepType.QUANTIZE,
            List.of(
                new DataFlag(
                    "--data",
                    Datasets.CALIBRATION,
                    false,
                    "Samples (.npz) for value ranges; a few hundred are enough. Not needed by --mode Dynamic."),
                new DataFlag(
                    "--train",
                    Datasets.TRAINING,
                    false,
                    "Labelled samples (.npz), for --max-accuracy-drop.")),
            null,
            progress,
            "Turns weights and activations into 8-bit integers.")
        .spec;
  }

  static CommandSpec evaluate(TerminalProgress progress) {
    return new StepCommand(
            StepType.EVALUATE,
            List.of(
                new DataFlag(
                    "--data", Datasets.EVALUATION, true, "Labelled samples (.npz) to measure on.")),
            OptionSpec.builder("--baseline")
                .type(Path.class)
                .paramLabel("MODEL")
                .arity("1")
                .required(true)
                .description("The model to compare with, measured in turns in the same process.")
                .build(),
            progress,
            "Measures accuracy, latency, throughput and size of a model against another one.")
        .spec;
  }

  /** {@code fineTune} as a command is {@code fine-tune}. */
  private static String commandName(StepType type) {
    return type.member().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }

  @Override
  public Integer call() {
    var parsed = spec.commandLine().getParseResult();
    var stepSettings = ModelCompressionParser.settings(type, settings.read(parsed), settingsName);
    Path out = parsed.matchedOptionValue(OUT, (@Nullable Path) null);
    if (out != null) {
      OutputLocations.requireFile(OUT, out);
    }
    var inputs = new StepInputs(Path.of("").toAbsolutePath());
    var models = new LinkedHashMap<String, Artifact>();
    Path model = parsed.matchedPositionalValue(0, Path.of(""));
    models.put(Artifact.MODEL, inputs.modelArtifact(Artifact.MODEL, model.toString()));
    originalFlag
        .map(flag -> parsed.<@Nullable Path>matchedOptionValue(flag, null))
        .ifPresent(
            path ->
                models.put(
                    Artifact.ORIGINAL, inputs.modelArtifact(Artifact.ORIGINAL, path.toString())));
    var datasets = new LinkedHashMap<String, DatasetInput>();
    for (var flag : data) {
      Path path = parsed.matchedOptionValue(flag.flag(), (@Nullable Path) null);
      if (path != null) {
        datasets.put(
            flag.dataset(),
            new DatasetInput(
                inputs.dataArtifact(flag.dataset(), path.toString()),
                flag.equals(data.get(0)) ? samples(parsed) : null));
      }
    }
    RequiredFlags.check(stepSettings, models.keySet(), datasets.keySet());
    try (var scratch = new ScratchFolder()) {
      var request =
          new StepRequest(
              StepRequest.VERSION,
              "cli",
              1,
              1,
              Step.of(settingsName, stepSettings),
              models,
              datasets,
              scratch.path().toUri().toString(),
              parsed.matchedOptionValue("--seed", 0L),
              null,
              type == StepType.EVALUATE ? Threads.byDefault() : Threads.of(parsed));
      progress.begin(settingsName);
      var report =
          new StepRunner(Clock.systemUTC())
              .run(new StepJob(request, inputs, scratch.path(), progress::update), scratch.path());
      progress.close();
      publish(report, scratch.path(), out);
      print(report);
    }
    return ExitCode.DONE.code();
  }

  /** Samples to draw of the data sets, where that is not a setting of the step itself. */
  private static @Nullable Integer samples(ParseResult parsed) {
    var option = parsed.matchedOption(SAMPLES);
    return option == null || option.type() != Integer.class ? null : option.getValue();
  }

  /** Moves the model to where the user wants it, in one step. */
  private static void publish(StepReport report, Path folder, @Nullable Path out) {
    if (out == null || report.model().isEmpty()) {
      return;
    }
    dev.modelcompression.data.ModelFiles.save(
        dev.modelcompression.data.ModelFiles.load(folder.resolve(report.model().get().uri())), out);
  }

  private void print(StepReport report) {
    PrintWriter out = spec.commandLine().getOut();
    if (Output.isJson(spec.commandLine().getParseResult())) {
      out.print(ContractJson.write(report));
    } else {
      out.print(StepText.of(report));
    }
    out.flush();
  }

  /** A temporary folder that is gone afterwards. */
  private static final class ScratchFolder implements AutoCloseable {
    private final Path path;

    ScratchFolder() {
      try {
        path = Files.createTempDirectory("mc-");
      } catch (IOException e) {
        throw new UncheckedIOException("cannot make a temporary folder", e);
      }
    }

    Path path() {
      return path;
    }

    @Override
    public void close() {
      try (var files = Files.walk(path)) {
        for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(path + ": cannot be removed", e);
      }
    }
  }
}
