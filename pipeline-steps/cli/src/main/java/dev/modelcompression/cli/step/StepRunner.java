package dev.modelcompression.cli.step;

import com.fasterxml.jackson.databind.JsonNode;
import dev.modelcompression.api.AnalyzeSettings;
import dev.modelcompression.api.EvaluateSettings;
import dev.modelcompression.api.FineTuneSettings;
import dev.modelcompression.api.PruneSettings;
import dev.modelcompression.api.QuantizeSettings;
import dev.modelcompression.api.StepSettings;
import dev.modelcompression.contract.Artifact;
import dev.modelcompression.contract.ContractJson;
import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.contract.StepReport;
import dev.modelcompression.data.Digests;
import dev.modelcompression.data.ModelFiles;
import dev.modelcompression.data.Progress;
import dev.modelcompression.onnx.Model;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** Runs one step: inputs are read, the work is done, outputs are written to a folder. */
public final class StepRunner {
  private static final String MODEL_FILE = "model.onnx";

  private final Clock clock;

  public StepRunner(Clock clock) {
    this.clock = clock;
  }

  /**
   * Runs the step.
   *
   * @param folder an existing folder that the outputs are written to
   * @return what it did; URIs of outputs are relative to the folder
   * @throws RuntimeException the step failed; {@code Failures} knows the exit code
   */
  public StepReport run(StepJob job, Path folder) {
    Instant started = clock.instant();
    var result = action(job.request().step().settings()).run(withDeadline(job));
    var outputs = new LinkedHashMap<String, Artifact>();
    var metrics = new LinkedHashMap<>(result.metrics());
    result
        .model()
        .ifPresent(
            model -> {
              outputs.putAll(write(model, folder));
              metrics.put(
                  "sizeBytes", (double) outputs.values().stream().mapToLong(Artifact::bytes).sum());
            });
    return StepReport.of(
        job.request(),
        ExitCode.DONE,
        result.message(),
        outputs,
        metrics,
        details(result.details()),
        lineage(job, started));
  }

  /** The same job, ended at its next progress once it is past its deadline. */
  private StepJob withDeadline(StepJob job) {
    Instant deadline = job.request().deadline();
    if (deadline == null) {
      return job;
    }
    Progress checked =
        (done, total, note) -> {
          if (clock.instant().isAfter(deadline)) {
            throw new DeadlineException(
                "step '" + job.request().step().name() + "' is past its deadline " + deadline);
          }
          job.progress().update(done, total, note);
        };
    return new StepJob(job.request(), job.inputs(), job.scratch(), checked);
  }

  /** The report of a step that failed. */
  public StepReport failed(StepJob job, ExitCode exit, String message, Instant started) {
    return StepReport.failed(job.request(), exit, message, lineage(job, started));
  }

  private StepReport.Lineage lineage(StepJob job, Instant started) {
    double seconds = Duration.between(started, clock.instant()).toMillis() / 1000.0;
    return new StepReport.Lineage(
        ToolVersion.get(), job.request().seed(), job.request().step(), started, seconds);
  }

  private static JsonNode details(Object details) {
    return ContractJson.tree(details);
  }

  /** Writes the model and, where it has some, its external data beside it. */
  private static Map<String, Artifact> write(Model model, Path folder) {
    ModelFiles.save(model, folder.resolve(MODEL_FILE));
    var written = new LinkedHashMap<String, Artifact>();
    written.put(Artifact.MODEL, artifact(Artifact.MODEL, folder.resolve(MODEL_FILE)));
    Path data = folder.resolve(MODEL_FILE + Artifact.EXTERNAL_DATA);
    if (Files.exists(data)) {
      String name = Artifact.MODEL + Artifact.EXTERNAL_DATA;
      written.put(name, artifact(name, data));
    }
    return written;
  }

  private static Artifact artifact(String name, Path file) {
    try {
      return new Artifact(name, file.getFileName().toString(), Digests.of(file), Files.size(file));
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be read", e);
    }
  }

  private static StepAction action(StepSettings settings) {
    if (settings instanceof AnalyzeSettings analyze) {
      return new AnalyzeStep(analyze);
    }
    if (settings instanceof PruneSettings prune) {
      return new PruneStep(prune);
    }
    if (settings instanceof FineTuneSettings fineTune) {
      return new FineTuneStep(fineTune);
    }
    if (settings instanceof QuantizeSettings quantize) {
      return new QuantizeStep(quantize);
    }
    if (settings instanceof EvaluateSettings evaluate) {
      return new EvaluateStep(evaluate);
    }
    if (settings instanceof dev.modelcompression.api.OptimizeSettings) {
      return new OptimizeStep();
    }
    throw new UnsupportedStepException(
        "custom steps run an image of their own, which needs a cluster; remove the step to run on this machine");
  }
}
