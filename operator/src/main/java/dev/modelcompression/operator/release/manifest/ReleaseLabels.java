package dev.modelcompression.operator.release.manifest;

import dev.modelcompression.api.release.ModelRelease;
import dev.modelcompression.operator.job.Labels;
import java.util.LinkedHashMap;
import java.util.Map;

/** Labels and selectors of what belongs to a release. */
final class ReleaseLabels {
  private ReleaseLabels() {}

  static Map<String, String> of(ModelRelease release) {
    Map<String, String> labels = Labels.ours();
    labels.put(Labels.RELEASE, release.getMetadata().getName());
    return labels;
  }

  static Map<String, String> of(ModelRelease release, Side side) {
    Map<String, String> labels = of(release);
    labels.put(Labels.WORKLOAD, side.workload());
    return labels;
  }

  static Map<String, String> job(ModelRelease release, String runId, String task, int attempt) {
    Map<String, String> labels = of(release);
    labels.put(Labels.RUN, runId);
    labels.put(Labels.TASK, task);
    labels.put(Labels.ATTEMPT, Integer.toString(attempt));
    return labels;
  }

  static Map<String, String> pod(ModelRelease release, Side side) {
    Map<String, String> labels = of(release, side);
    labels.put(Labels.COMPONENT, Labels.SERVER);
    return labels;
  }

  /** Selects the pods of both sides, and not those of Jobs. */
  static Map<String, String> selector(ModelRelease release) {
    Map<String, String> selector = new LinkedHashMap<>();
    selector.put(Labels.RELEASE, release.getMetadata().getName());
    selector.put(Labels.COMPONENT, Labels.SERVER);
    return selector;
  }

  /** Selects the pods of one side. */
  static Map<String, String> selector(ModelRelease release, Side side) {
    Map<String, String> selector = new LinkedHashMap<>();
    selector.put(Labels.RELEASE, release.getMetadata().getName());
    selector.put(Labels.WORKLOAD, side.workload());
    return selector;
  }
}
