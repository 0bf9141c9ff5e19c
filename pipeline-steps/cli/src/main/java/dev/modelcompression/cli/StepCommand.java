package dev.modelcompression.cli;

import dev.modelcompression.api.Gate;
import dev.modelcompression.api.Step;
import dev.modelcompression.api.StepType;
import dev.modelcompression.cli.step.StepInputs;
import dev.modelcompression.contract.Artifact;
import dev.modelcompression.contract.DatasetInput;
import dev.modelcompression.contract.StepRequest;
import dev.modelcompression.engine.StopRequestedException;
import dev.modelcompression.manifest.ModelCompressionParser;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
  /** A step looks at its progress more often than this, or is in the middle of one computation. */
  private static final int STOP_SECONDS = 10;

  private static final String OUT = "--out";
  private static final String SAMPLES = "--samples";
  private static final String SEED = "--seed";

  private final StepType type;
  private final String name;
  private final List<InputFlag> inputFlags;
  private final TerminalProgress progress;
  private final CommandSpec spec;
  private final SettingsOptions settings;

  private StepCommand(
      StepType type, TerminalProgress progress, String description, InputFlag... inputFlags) {
    this.type = type;
    this.progress = progress;
    this.inputFlags = List.of(inputFlags);
    name = commandName(type);
    spec = CommandSpec.wrapWithoutInspection(this).name(name).mixinStandardHelpOptions(true);
    spec.usageMessage().description(description).sortOptions(false).abbreviateSynopsis(true);
    spec.exitCodeOnUsageHelp(0);
    settings = addOptions();
  }

  /** The command of a kind of step, which reads the given models and data besides its model. */
  static CommandSpec of(
      StepType type, TerminalProgress progress, String description, InputFlag... inputs) {
    return new StepCommand(type, progress, description, inputs).spec;
  }

  /** {@code fineTune} as a command is {@code fine-tune}. */
  private static String commandName(StepType type) {
    return type.member().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }

  private SettingsOptions addOptions() {
    spec.addPositional(
        PositionalParamSpec.builder()
            .paramLabel("MODEL")
            .index("0")
            .arity("1")
            .type(Path.class)
            .required(true)
            .description("The ONNX model to work on.")
            .build());
    for (var input : inputFlags) {
      add(
          input.required(),
          Path.class,
          input.isModel() ? "MODEL" : "FILE",
          input.description(),
          input.flag());
    }
    if (type.makesModel()) {
      add(
          true,
          Path.class,
          "FILE",
          "Where to write the model. Replaced only when the step is done.",
          "-o",
          OUT);
    }
    if (type == StepType.FINE_TUNE) {
      add(
          false,
          Path.class,
          "DIR",
          "Where the training keeps its state after each epoch: the same command goes on from there when it was"
              + " stopped or killed. Removed when the model is written. Defaults to FILE.checkpoint beside the model.",
          CheckpointFolder.FLAG);
    }
    if (type == StepType.EVALUATE) {
      GateOption.addTo(spec);
    }
    Output.addTo(spec, !type.makesModel());
    add(false, Long.class, "N", "Start of every random choice. Defaults to 0.", SEED);
    var added = SettingsOptions.addTo(spec, type.settings());
    var drawn = inputFlags.stream().filter(input -> !input.isModel()).findFirst();
    if (drawn.isPresent() && !spec.optionsMap().containsKey(SAMPLES)) {
      add(
          false,
          Integer.class,
          "N",
          "How many samples of "
              + drawn.get().flag()
              + " to draw, at random by the seed. Defaults to all.",
          SAMPLES);
    }
    if (!spec.optionsMap().containsKey(Threads.FLAG)) {
      Threads.addTo(spec);
    }
    return added;
  }

  private void add(
      boolean required, Class<?> type, String label, String description, String... names) {
    spec.addOption(
        OptionSpec.builder(names)
            .type(type)
            .paramLabel(label)
            .arity("1")
            .required(required)
            .description(description)
            .build());
  }

  @Override
  public Integer call() {
    var parsed = spec.commandLine().getParseResult();
    var stepSettings = ModelCompressionParser.settings(type, settings.read(parsed), name);
    var gates = type == StepType.EVALUATE ? GateOption.read(parsed) : List.<Gate>of();
    @Nullable Path named = parsed.matchedOptionValue(OUT, null);
    @Nullable Path out = named == null ? null : OutputLocations.requireFile(OUT, named);
    var inputs = new StepInputs(Path.of("").toAbsolutePath());
    var models = models(parsed, inputs);
    var datasets = datasets(parsed, inputs);
    RequiredFlags.check(stepSettings, models.keySet(), datasets.keySet());
    var request =
        new StepRequest(
            StepRequest.VERSION,
            "cli",
            1,
            1,
            Step.of(name, stepSettings),
            models,
            datasets,
            Path.of("").toUri().toString(),
            parsed.matchedOptionValue(SEED, 0L),
            null,
            type == StepType.EVALUATE ? Threads.DEFAULT : Threads.of(parsed));
    var checkpoint = checkpoint(parsed, out);
    try (var stop = new GracefulStop(() -> {}, STOP_SECONDS)) {
      var step = new SingleStep(request, inputs, progress);
      try {
        var report = step.run(stop, Optional.ofNullable(out), checkpoint);
        var judged = JudgedReport.of(report, gates);
        print(judged);
        return judged.report().exit().code();
      } catch (StopRequestedException e) {
        progress.end(stopped(checkpoint));
        return stop.exit().code();
      }
    }
  }

  private static String stopped(Optional<Path> checkpoint) {
    return "mc: stopped"
        + checkpoint
            .filter(CheckpointFolder::holdsCheckpoint)
            .map(folder -> "; the same command goes on from " + folder)
            .orElse("");
  }

  /** Where a training keeps its state; other steps have none. */
  private Optional<Path> checkpoint(ParseResult parsed, @Nullable Path out) {
    return type == StepType.FINE_TUNE && out != null
        ? Optional.of(
            parsed.matchedOptionValue(CheckpointFolder.FLAG, CheckpointFolder.beside(out)))
        : Optional.empty();
  }

  private Map<String, Artifact> models(ParseResult parsed, StepInputs inputs) {
    var models = new LinkedHashMap<String, Artifact>();
    Path model = parsed.matchedPositionalValue(0, Path.of(""));
    models.put(Artifact.MODEL, inputs.modelArtifact(Artifact.MODEL, model.toString()));
    for (var flag : inputFlags) {
      @Nullable Path path = parsed.matchedOptionValue(flag.flag(), null);
      if (flag.isModel() && path != null) {
        models.put(flag.input(), inputs.modelArtifact(flag.input(), path.toString()));
      }
    }
    return models;
  }

  /** Of the first data set samples can be drawn, where that is not a setting of the step itself. */
  private Map<String, DatasetInput> datasets(ParseResult parsed, StepInputs inputs) {
    var option = parsed.matchedOption(SAMPLES);
    @Nullable Integer samples =
        option == null || option.type() != Integer.class ? null : option.<Integer>getValue();
    boolean first = true;
    var datasets = new LinkedHashMap<String, DatasetInput>();
    for (var flag : inputFlags) {
      @Nullable Path path = parsed.matchedOptionValue(flag.flag(), null);
      if (!flag.isModel() && path != null) {
        datasets.put(
            flag.input(),
            new DatasetInput(
                inputs.dataArtifact(flag.input(), path.toString()), first ? samples : null));
      }
      first &= flag.isModel();
    }
    return datasets;
  }

  private void print(JudgedReport report) {
    PrintWriter out = spec.commandLine().getOut();
    out.print(
        Output.isJson(spec.commandLine().getParseResult())
            ? report.json()
            : report.text(Terminal.coloursOutput()));
    out.flush();
  }
}
