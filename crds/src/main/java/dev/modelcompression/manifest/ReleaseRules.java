package dev.modelcompression.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.modelcompression.api.Locations;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What of a release crosses fields: the same as the rules in the CRDs say. Works on a tree with
 * defaults filled in; fields of a wrong type are the schema's business.
 */
final class ReleaseRules {
  /** What each measurement gives without a query. */
  private static final List<String> MEASURED =
      List.of("accuracy", "agreement", "errorRate", "latencyP50", "latencyP99");

  private static final Set<String> FRACTIONS = Set.of("accuracy", "agreement", "errorRate");
  private static final String AGREEMENT = "agreement";
  private static final String GATEWAY_API = "GatewayAPI";
  private static final int ALL = 100;
  private static final Pattern LEAVING = Pattern.compile("(^|/)[.][.]?(/|$)|^/");
  private static final String NO_DIGEST = "is missing; a release is of known bytes";

  private final JsonNode release;
  private final String path;
  private final List<Problem> problems = new ArrayList<>();

  private ReleaseRules(JsonNode release, String path) {
    this.release = release;
    this.path = path;
  }

  /** What is wrong with the spec of a ModelRelease. */
  static List<Problem> check(JsonNode spec) {
    ReleaseRules rules = new ReleaseRules(spec, "spec");
    for (String side : List.of("baseline", "candidate")) {
      if (!spec.has(side)) {
        rules.problem(side, "is missing");
      }
    }
    JsonNode baseline = spec.path("baseline").path("model");
    if (baseline.isObject() && !baseline.has("digest")) {
      rules.problem("baseline.model.digest", NO_DIGEST);
    }
    if (spec.path("analysis").isObject() && !spec.path("analysis").has("dataset")) {
      rules.problem(
          "analysis.dataset", "is missing; only the template of a ModelCompression can do without");
    }
    rules.all();
    return rules.problems;
  }

  /** What is wrong with the template of a release in a ModelCompression. */
  static List<Problem> template(JsonNode release, boolean evaluation) {
    ReleaseRules rules = new ReleaseRules(release, "spec.release");
    if (release.has("candidate")) {
      rules.problem("candidate", "must be left out; the candidate is the result");
    }
    if (release.path("analysis").isObject()
        && !release.path("analysis").has("dataset")
        && !evaluation) {
      rules.problem("analysis.dataset", "is missing, and so is spec.datasets.evaluation");
    }
    rules.all();
    return rules.problems;
  }

  private void all() {
    location("baseline.model");
    workspace();
    candidate();
    server();
    traffic();
    analysis();
    writeBack();
  }

  private void candidate() {
    JsonNode candidate = release.path("candidate");
    if (!candidate.isObject()) {
      return;
    }
    boolean model = candidate.has("model");
    if (model == candidate.has("compression")) {
      problem(
          "candidate",
          "has %s of model and compression, expected exactly one"
              .formatted(model ? "both" : "none"));
    }
    if (candidate.path("model").isObject() && !candidate.path("model").has("digest")) {
      problem("candidate.model.digest", NO_DIGEST);
    }
    location("candidate.model");
  }

  private void server() {
    JsonNode server = release.path("server");
    if (!server.path("args").isEmpty() && !server.has("image")) {
      problem("server.args", "belong to an image of yours, and there is no image");
    }
    problems.addAll(PodRules.check(server.path("podTemplate"), path + ".server.podTemplate"));
  }

  private void traffic() {
    JsonNode traffic = release.path("traffic");
    if (!traffic.isObject()) {
      return;
    }
    boolean gateway = traffic.path("provider").asText().equals(GATEWAY_API);
    if (gateway != traffic.has("gateway")) {
      problem("traffic.gateway", "belongs to provider GatewayAPI, which needs it");
    }
    if (!gateway && traffic.has("mirrorPercent")) {
      problem("traffic.mirrorPercent", "only provider GatewayAPI can copy requests");
    }
    if (!gateway && !traffic.path("hostnames").isEmpty()) {
      problem("traffic.hostnames", "only provider GatewayAPI has host names");
    }
    weights(traffic.path("weights"));
  }

  private void weights(JsonNode weights) {
    for (int i = 1; i < weights.size(); i++) {
      if (weights.get(i - 1).asInt() >= weights.get(i).asInt()) {
        problem(
            "traffic.weights",
            "found %s after %s, expected rising weights"
                .formatted(weights.get(i), weights.get(i - 1)));
        break;
      }
    }
    if (!weights.isEmpty() && weights.get(weights.size() - 1).asInt() != ALL) {
      problem(
          "traffic.weights",
          "the last weight is %s, expected 100".formatted(weights.get(weights.size() - 1)));
    }
  }

  private void analysis() {
    JsonNode analysis = release.path("analysis");
    JsonNode dataset = analysis.path("dataset");
    if (dataset.isObject() && (!dataset.has("uri") || dataset.has("from"))) {
      problem("analysis.dataset", "expected a uri");
    }
    location("analysis.dataset");
    JsonNode metrics = analysis.path("metrics");
    Set<String> names = new HashSet<>();
    boolean queries = false;
    for (int i = 0; i < metrics.size(); i++) {
      String at = "analysis.metrics[" + i + "]";
      String name = metrics.get(i).path("name").asText();
      if (!names.add(name) && !name.isEmpty()) {
        problem(at + ".name", "'" + name + "' is there twice; names of metrics must differ");
      }
      queries |= metrics.get(i).has("query");
      metric(metrics.get(i), name, at);
    }
    if (queries && !analysis.has("prometheus")) {
      problem("analysis.prometheus", "is missing, but a metric has a query");
    }
  }

  private void metric(JsonNode metric, String name, String at) {
    if (!metric.isObject()) {
      return;
    }
    if (SpecRules.LIMITS.stream().noneMatch(metric::has)) {
      problem(at, "has no limit, expected at least one of " + String.join(", ", SpecRules.LIMITS));
    }
    order(metric, at, "min", "max");
    order(metric, at, "minRatio", "maxRatio");
    if (metric.has("query")) {
      return;
    }
    if (!name.isEmpty() && !MEASURED.contains(name)) {
      problem(
          at + ".name",
          "found '%s', expected one of %s, or a query of its own"
              .formatted(name, String.join(", ", MEASURED)));
    }
    if (name.equals(AGREEMENT) && SpecRules.COMPARING.stream().anyMatch(metric::has)) {
      problem(at, "agreement is with the baseline: it has min and max only");
    }
    if (FRACTIONS.contains(name)) {
      problems.addAll(SpecRules.perCent(metric, path + "." + at));
    }
  }

  private void order(JsonNode metric, String at, String low, String high) {
    if (metric.path(low).isNumber()
        && metric.path(high).isNumber()
        && metric.path(low).asDouble() > metric.path(high).asDouble()) {
      problem(
          at,
          "%s %s is above %s %s, so nothing can pass"
              .formatted(low, metric.path(low).asText(), high, metric.path(high).asText()));
    }
  }

  private void writeBack() {
    JsonNode writeBack = release.path("writeBack");
    if (!writeBack.isObject()) {
      return;
    }
    if (writeBack.path("mode").asText().equals("PullRequest") != writeBack.has("server")) {
      problem("writeBack.server", "belongs to mode PullRequest, which needs it");
    }
    if (LEAVING.matcher(writeBack.path("path").asText()).find()) {
      problem(
          "writeBack.path",
          "found '%s', expected a path inside the repository"
              .formatted(writeBack.path("path").asText()));
    }
  }

  /** Says nothing of what it found: a location that is refused may hold a password. */
  private void location(String field) {
    JsonNode uri = release.at("/" + field.replace('.', '/') + "/uri");
    if (uri.isTextual() && !uri.asText().isEmpty() && !Locations.isFile(uri.asText())) {
      problem(field + ".uri", Locations.FILE);
    }
  }

  private void workspace() {
    JsonNode uri = release.at("/workspace/uri");
    if (uri.isTextual() && !uri.asText().isEmpty() && !Locations.isFolder(uri.asText())) {
      problem("workspace.uri", Locations.FOLDER);
    }
  }

  private void problem(String field, String text) {
    problems.add(new Problem(path + "." + field, 0, text));
  }
}
