package dev.modelcompression.operator.release.manifest;

import dev.modelcompression.api.release.Analysis;
import dev.modelcompression.api.release.ModelRelease;
import dev.modelcompression.api.release.ReleaseMetric;
import dev.modelcompression.contract.ProbeRequest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** PromQL expressions with the names of a release in place of what stands for them. */
public final class Queries {
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{([^{}]*)}}");

  private Queries() {}

  /**
   * The expression for one side.
   *
   * @param query with {@code {{namespace}}}, {@code {{release}}}, {@code {{workload}}}, {@code
   *     {{model}}} and {@code {{interval}}}
   * @throws IllegalArgumentException something else stands in double braces
   */
  public static String fill(String query, ModelRelease release, Side side) {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("namespace", release.getMetadata().getNamespace());
    values.put("release", release.getMetadata().getName());
    values.put("workload", side.workload());
    values.put("model", ServerPods.model(release));
    values.put("interval", release.getSpec().analysis().interval());
    return PLACEHOLDER
        .matcher(query)
        .replaceAll(found -> Matcher.quoteReplacement(value(found.group(1), values)));
  }

  private static String value(String name, Map<String, String> values) {
    String value = values.get(name.strip());
    if (value == null) {
      throw new IllegalArgumentException(
          "unknown placeholder '{{%s}}', expected one of %s"
              .formatted(name, String.join(", ", values.keySet())));
    }
    return value;
  }

  /** What Prometheus is asked for a release; nothing where no metric has a query. */
  static Optional<ProbeRequest.Prometheus> of(ModelRelease release, Side baseline, Side candidate) {
    Analysis analysis = release.getSpec().analysis();
    Map<String, ProbeRequest.Query> queries = new LinkedHashMap<>();
    for (ReleaseMetric metric : analysis.metrics()) {
      String query = metric.query();
      if (query != null) {
        queries.put(
            metric.name(),
            new ProbeRequest.Query(
                fill(query, release, candidate),
                isRelative(metric) ? fill(query, release, baseline) : null));
      }
    }
    return Optional.ofNullable(analysis.prometheus())
        .filter(prometheus -> !queries.isEmpty())
        .map(prometheus -> new ProbeRequest.Prometheus(prometheus.url(), queries));
  }

  private static boolean isRelative(ReleaseMetric metric) {
    return metric.maxDrop() != null || metric.minRatio() != null || metric.maxRatio() != null;
  }
}
