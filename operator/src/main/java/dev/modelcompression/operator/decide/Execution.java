package dev.modelcompression.operator.decide;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.modelcompression.api.ModelCompression;
import dev.modelcompression.api.ModelCompressionSpec;
import dev.modelcompression.api.status.Condition;
import dev.modelcompression.api.status.ModelCompressionStatus;
import dev.modelcompression.api.status.Phase;
import dev.modelcompression.api.status.Reason;
import dev.modelcompression.api.status.StepStatus;
import dev.modelcompression.contract.Artifact;
import dev.modelcompression.contract.CanonicalJson;
import dev.modelcompression.engine.Run;
import dev.modelcompression.operator.Settings;
import dev.modelcompression.operator.job.Threads;
import java.util.Map;
import java.util.Objects;

/**
 * A run in this cluster: the run of the engine, in a workspace, since a generation of the spec.
 *
 * @param run what the engine decides about
 * @param id names it: the value of the label of its Jobs
 * @param image the step image that it began with; an operator with another image does not start it
 *     again
 * @param workspace where its files are
 * @param continues whether the status is about this one
 */
record Execution(Run run, String id, String image, String workspace, boolean continues) {
  private static final int HASH = 16;

  /**
   * The execution of a spec: the one that the status knows while nothing that decides its result
   * has changed. A failed one ends with any edit of the spec: what was missing may be there now,
   * and finished steps are found in the workspace.
   *
   * @param files the inputs, by name
   * @throws IllegalArgumentException the files do not fit the spec
   */
  static Execution of(
      ModelCompression compression,
      ModelCompressionStatus status,
      Map<String, Artifact> files,
      Settings settings) {
    ModelCompressionSpec spec = compression.getSpec();
    long generation = compression.getMetadata().getGeneration();
    String workspace = Objects.requireNonNull(spec.workspace()).uri();
    String known = status.runId();
    String image = status.image();
    boolean failedBefore =
        status.phase() == Phase.FAILED
            && Generations.isEdited(status, generation)
            && !wasRefused(status);
    if (known != null && image != null && !failedBefore) {
      // Another default of the operator is no reason to compute everything anew.
      int threads = Objects.requireNonNullElse(status.threads(), settings.threads());
      Run run = run(spec, image, files, threads);
      if (known.startsWith(hash(run, workspace) + "-")) {
        return new Execution(run, known, image, workspace, true);
      }
    }
    Run run = run(spec, settings.stepImage(), files, settings.threads());
    return new Execution(
        run, hash(run, workspace) + "-" + generation, settings.stepImage(), workspace, false);
  }

  /** Whether it was the spec that failed, and nothing of the run: that is as it was before. */
  private static boolean wasRefused(ModelCompressionStatus status) {
    return status
            .condition(Condition.Type.STALLED)
            .filter(stalled -> stalled.reason() == Reason.INVALID_SPEC)
            .isPresent()
        && status.steps().stream().noneMatch(step -> step.state() == StepStatus.State.FAILED);
  }

  private static Run run(
      ModelCompressionSpec spec, String image, Map<String, Artifact> files, int usualThreads) {
    Artifact model = Objects.requireNonNull(files.get(Artifact.MODEL));
    int threads = Threads.of(StepPods.resources(null, spec.podTemplate()), usualThreads);
    return Run.of(spec, image, model, files, threads);
  }

  private static String hash(Run run, String workspace) {
    return CanonicalJson.digest(JsonNodeFactory.instance.arrayNode().add(run.id()).add(workspace))
        .substring("sha256:".length())
        .substring(0, HASH);
  }
}
