package dev.modelcompression.operator.decide;

import dev.modelcompression.api.CustomSettings;
import dev.modelcompression.api.Durations;
import dev.modelcompression.api.ModelCompressionSpec;
import dev.modelcompression.api.Step;
import dev.modelcompression.api.pod.PodTemplate;
import dev.modelcompression.api.pod.Resources;
import dev.modelcompression.contract.Artifact;
import dev.modelcompression.contract.CanonicalJson;
import dev.modelcompression.contract.InputsRequest;
import dev.modelcompression.contract.StepRequest;
import dev.modelcompression.engine.StepStart;
import dev.modelcompression.operator.job.AttemptPod;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What attempts need of their pods. */
final class StepPods {
  /** How often the inputs are read again after an end that may pass. */
  static final int INPUT_RETRIES = 3;

  private static final Duration INPUT_TIMEOUT = Duration.ofHours(6);

  private final ModelCompressionSpec spec;

  StepPods(ModelCompressionSpec spec) {
    this.spec = spec;
  }

  AttemptPod inputs(Inputs inputs, int attempt, int oomKills, String image) {
    List<String> uris =
        inputs.request().files().values().stream().map(InputsRequest.File::uri).toList();
    return new AttemptPod(
        inputs.label(),
        Inputs.TRIAL,
        Inputs.STEP,
        attempt,
        image,
        "inputs",
        InputsRequest.VARIABLE,
        CanonicalJson.of(inputs.request()),
        Workspaces.claims(uris, null),
        INPUT_TIMEOUT,
        resources(null, spec.podTemplate()),
        oomKills);
  }

  AttemptPod step(StepStart start, Execution execution, int oomKills) {
    Step step = start.step();
    Resources resources = resources(step, spec.podTemplate());
    StepRequest request =
        new StepRequest(
            StepRequest.VERSION,
            execution.id(),
            start.trial(),
            start.attempt(),
            step.withoutResources(),
            start.inputs(),
            start.datasets(),
            Workspaces.output(execution.workspace(), start.key().hex()),
            spec.seed(),
            // The pod has the deadline: it starts on the node, not with the wait for one.
            null,
            execution.run().threads());
    List<String> uris = new ArrayList<>();
    start.inputs().values().stream().map(Artifact::uri).forEach(uris::add);
    start.datasets().values().stream().map(set -> set.artifact().uri()).forEach(uris::add);
    return new AttemptPod(
        execution.id(),
        start.trial(),
        step.name(),
        start.attempt(),
        image(step, execution),
        "step",
        StepRequest.VARIABLE,
        CanonicalJson.of(request),
        Workspaces.claims(uris, execution.workspace()),
        Durations.parse(step.timeout()),
        resources,
        oomKills);
  }

  /** What the container of a step gets: its own words first, then those for all steps. */
  static Resources resources(@Nullable Step step, @Nullable PodTemplate template) {
    Resources common =
        Optional.ofNullable(template).map(PodTemplate::resources).orElse(Resources.NONE);
    return Optional.ofNullable(step)
        .map(Step::resources)
        .map(own -> own.orElse(common))
        .orElse(common);
  }

  private static String image(Step step, Execution execution) {
    return step.settings() instanceof CustomSettings custom ? custom.image() : execution.image();
  }
}
