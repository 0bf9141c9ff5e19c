package dev.modelcompression.operator.decide;

import dev.modelcompression.api.ModelCompression;
import dev.modelcompression.api.ModelCompressionSpec;
import dev.modelcompression.api.pod.PodTemplate;
import dev.modelcompression.contract.ClaimUri;
import dev.modelcompression.manifest.ModelCompressionParser;
import dev.modelcompression.manifest.Problem;
import dev.modelcompression.operator.job.Placement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** What a compression must keep to in a cluster, besides what the API server has checked. */
final class ClusterRules {
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
  private static final Pattern LOCATION = Pattern.compile("(file:///|pvc://|s3://).+");

  private final List<String> problems = new ArrayList<>();

  private ClusterRules() {}

  /** Everything that keeps the compression from being run. */
  static List<String> check(ModelCompression compression) {
    ClusterRules rules = new ClusterRules();
    ModelCompressionSpec spec = compression.getSpec();
    rules.name(compression.getMetadata().getName());
    ModelCompressionParser.check(spec).stream().map(Problem::toString).forEach(rules.problems::add);
    rules.workspace(spec);
    rules.location("spec.model.uri", spec.model().uri());
    spec.datasets()
        .byName()
        .forEach(
            (name, source) ->
                Optional.ofNullable(source.uri())
                    .ifPresent(uri -> rules.location("spec.datasets." + name + ".uri", uri)));
    rules.affinity(Optional.ofNullable(spec.podTemplate()).orElse(PodTemplate.NONE));
    return rules.problems;
  }

  private void name(String name) {
    if (!NAME.matcher(name).matches()) {
      problems.add(
          "metadata.name: expected at most 63 lower-case letters, digits and dashes, as it labels Jobs");
    }
  }

  private void workspace(ModelCompressionSpec spec) {
    if (spec.workspace() == null) {
      problems.add("spec.workspace: is missing, expected a pvc:// or s3:// location");
    } else if (spec.workspace().uri().startsWith("file:")) {
      problems.add(
          "spec.workspace.uri: file: is inside the pod and goes with it; expected pvc:// or s3://");
    } else {
      location("spec.workspace.uri", spec.workspace().uri());
    }
  }

  private void location(String field, String uri) {
    if (!LOCATION.matcher(uri).matches()) {
      problems.add(
          field + ": expected file:///path in the step image, pvc://claim/path or s3://bucket/key");
      return;
    }
    if (ClaimUri.matches(uri)) {
      try {
        ClaimUri.parse(uri);
      } catch (IllegalArgumentException e) {
        problems.add(field + ": " + e.getMessage());
      }
    }
  }

  private void affinity(PodTemplate template) {
    try {
      Placement.affinity(template, "spec.podTemplate");
    } catch (IllegalArgumentException e) {
      problems.add(String.valueOf(e.getMessage()));
    }
  }
}
