package dev.modelcompression.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelcompression.api.Datasets;
import dev.modelcompression.api.Locations;
import dev.modelcompression.api.Metric;
import dev.modelcompression.api.StepType;
import dev.modelcompression.api.status.ModelCompressionStatus;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What no schema can say, because it crosses fields. Works on a tree with defaults filled in;
 * fields of a wrong type are the schema's business and are skipped here.
 */
final class SpecRules {
  private static final List<String> KINDS =
      Arrays.stream(StepType.values()).map(StepType::member).toList();

  /** Names of the limits that a gate can have. */
  static final List<String> LIMITS = List.of("min", "max", "maxDrop", "minRatio", "maxRatio");

  /** Those that compare with the original, or with the baseline. */
  static final List<String> COMPARING = List.of("maxDrop", "minRatio", "maxRatio");

  private static final Set<String> FRACTIONS =
      Arrays.stream(Metric.values())
          .filter(metric -> metric.unit().equals("fraction"))
          .map(Metric::yamlName)
          .collect(Collectors.toSet());

  private static final int MAX_PARAMETER = 253;

  private final JsonNode spec;
  private final List<Problem> problems = new ArrayList<>();

  private SpecRules(JsonNode spec) {
    this.spec = spec;
  }

  static List<Problem> check(JsonNode spec) {
    SpecRules rules = new SpecRules(spec);
    rules.locations();
    rules.datasets();
    rules.steps();
    rules.gates();
    rules.runs();
    rules.problems.addAll(PodRules.check(spec.path("podTemplate"), "spec.podTemplate"));
    if (spec.path("release").isObject()) {
      rules.problems.addAll(
          ReleaseRules.template(spec.path("release"), rules.has(Datasets.EVALUATION)));
    }
    return rules.problems;
  }

  /** What is wrong with one gate that does not stand in a spec. */
  static List<Problem> checkGate(JsonNode gate, String path) {
    SpecRules rules = new SpecRules(MissingNode.getInstance());
    rules.gate(gate, path);
    return rules.problems;
  }

  /**
   * What is wrong with the settings of one step that runs alone. Data sets are not looked at:
   * nobody but the caller knows which are there.
   */
  static List<Problem> checkSettings(StepType type, JsonNode settings) {
    ObjectNode alone = JsonNodeFactory.instance.objectNode();
    ObjectNode datasets = alone.putObject("datasets");
    List.of(Datasets.TRAINING, Datasets.CALIBRATION, Datasets.EVALUATION)
        .forEach(datasets::putObject);
    SpecRules rules = new SpecRules(alone);
    rules.settings(
        JsonNodeFactory.instance.objectNode().set(type.member(), settings),
        "",
        "",
        MissingNode.getInstance());
    return rules.problems.stream()
        .map(p -> new Problem(p.path().substring(type.member().length() + 1), 0, p.text()))
        .toList();
  }

  /** Says nothing of what it found: a location that is refused may hold a password. */
  private void locations() {
    location("spec.model", Locations::isFile, Locations.FILE);
    for (String set : List.of(Datasets.TRAINING, Datasets.CALIBRATION, Datasets.EVALUATION)) {
      location("spec.datasets." + set, Locations::isFile, Locations.FILE);
    }
    location("spec.workspace", Locations::isFolder, Locations.FOLDER);
  }

  private void location(String path, Predicate<String> form, String expected) {
    JsonNode uri = spec.at("/" + path.substring("spec.".length()).replace('.', '/') + "/uri");
    if (uri.isTextual() && !uri.asText().isEmpty() && !form.test(uri.asText())) {
      problem(path + ".uri", expected);
    }
  }

  private void datasets() {
    spec.path("datasets")
        .properties()
        .forEach(
            set -> {
              String path = "spec.datasets." + set.getKey();
              JsonNode source = set.getValue();
              if (!source.isObject()) {
                return;
              }
              if (source.has("uri") == source.has("from")) {
                problem(
                    path,
                    "has %s of uri and from, expected exactly one"
                        .formatted(source.has("uri") ? "both" : "none"));
              }
              if (source.has("from") && source.has("digest")) {
                problem(path + ".digest", "belongs to the data set that has the uri");
              }
              if (source.has("from") && !set.getKey().equals(Datasets.CALIBRATION)) {
                problem(
                    path + ".from",
                    "only calibration can be drawn from another data set; give a uri");
              } else if (source.has("from") && !has(Datasets.TRAINING)) {
                problem(
                    path + ".from", "draws from training, but spec.datasets.training is missing");
              }
            });
  }

  private void steps() {
    Map<String, Integer> names = new HashMap<>();
    JsonNode steps = spec.path("steps");
    for (int i = 0; i < steps.size(); i++) {
      JsonNode step = steps.get(i);
      String path = "spec.steps[" + i + "]";
      String name = step.path("name").asText();
      Integer first = names.putIfAbsent(name, i);
      if (first != null && !name.isEmpty()) {
        problem(
            path + ".name",
            "'%s' is the name of spec.steps[%d] too; names must differ".formatted(name, first));
      }
      List<String> kinds = KINDS.stream().filter(step::has).toList();
      if (step.isObject() && kinds.size() != 1) {
        problem(
            path,
            "has %s, expected exactly one of %s"
                .formatted(
                    kinds.isEmpty() ? "no kind of step" : String.join(" and ", kinds),
                    String.join(", ", KINDS)));
      }
      settings(step, path + ".", name, steps.path(i + 1));
      PodRules.resources(step.path("resources"), path + ".resources")
          .forEach(problem -> problem(problem.path(), problem.text()));
    }
  }

  /** All step runs of all trials must fit into one status. */
  private void runs() {
    int trial = 0;
    for (JsonNode step : spec.path("steps")) {
      int rounds = step.path("prune").path("iterations").asInt(1);
      // Each round of pruning brings its fine-tune.
      trial += rounds > 1 ? 2 * rounds : 1;
    }
    int most = spec.path("tuning").path("maxTrials").asInt(1) * trial;
    if (most >= ModelCompressionStatus.MAX_STEPS) {
      problem(
          "spec",
          "maxTrials times the steps, rounds of pruning counted, is %d, expected less than %d"
              .formatted(most, ModelCompressionStatus.MAX_STEPS));
    }
  }

  private void settings(JsonNode step, String path, String name, JsonNode next) {
    prune(step.path("prune"), path + "prune", name, next);
    fineTune(step.path("fineTune"), path + "fineTune");
    quantize(step.path("quantize"), path + "quantize");
    step.path("custom")
        .path("parameters")
        .fieldNames()
        .forEachRemaining(
            parameter -> {
              if (parameter.length() > MAX_PARAMETER) {
                problem(
                    path + "custom.parameters",
                    "a name has %d characters, expected at most %d"
                        .formatted(parameter.length(), MAX_PARAMETER));
              }
            });
    if (step.has("evaluate")) {
      needs(Datasets.EVALUATION, path + "evaluate");
    }
  }

  private void prune(JsonNode prune, String path, String name, JsonNode next) {
    boolean unstructured = prune.path("structure").asText().equals("Unstructured");
    String importance = prune.path("importance").asText();
    if (unstructured && Stream.of("BNGamma", "FPGM").anyMatch(importance::equals)) {
      problem(
          path + ".importance",
          "found %s, expected one of L1, L2, Taylor with structure Unstructured"
              .formatted(importance));
    }
    if (importance.equals("Taylor")) {
      needs(Datasets.TRAINING, path + ".importance Taylor");
    }
    if (prune.has("pattern")) {
      pattern(prune, path, unstructured);
      return;
    }
    if (prune.path("iterations").asInt(1) <= 1) {
      return;
    }
    if (!next.has("fineTune")) {
      problem(
          path + ".iterations",
          "found %d, but the next step is no fineTune; rounds need one to win accuracy back"
              .formatted(prune.path("iterations").asInt()));
    }
    for (JsonNode step : spec.path("steps")) {
      for (String iterated : List.of(name, next.path("name").asText())) {
        if (step.path("name").asText().matches(Pattern.quote(iterated) + "-[0-9]+")) {
          problem(
              path + ".iterations",
              "rounds will be called %s-1, %s-2 and so on, but there is a step '%s'; rename it"
                  .formatted(iterated, iterated, step.path("name").asText()));
        }
      }
    }
  }

  private void pattern(JsonNode prune, String path, boolean unstructured) {
    String[] parts = prune.path("pattern").asText().split(":", 2);
    if (!unstructured) {
      problem(
          path + ".pattern",
          "is only for structure Unstructured, found %s"
              .formatted(prune.path("structure").asText()));
    }
    if (prune.path("iterations").asInt(1) > 1) {
      problem(
          path + ".iterations",
          "a pattern is reached in one round, found %d"
              .formatted(prune.path("iterations").asInt()));
    }
    if (parts.length == 2
        && parts[0].matches("[0-9]{1,2}")
        && parts[1].matches("[0-9]{1,2}")
        && Integer.parseInt(parts[0]) >= Integer.parseInt(parts[1])) {
      problem(
          path + ".pattern",
          "found %s, expected N:M with N below M".formatted(prune.path("pattern").asText()));
    }
  }

  private void fineTune(JsonNode fineTune, String path) {
    if (fineTune.isMissingNode()) {
      return;
    }
    needs(Datasets.TRAINING, path);
    if (fineTune.path("earlyStoppingPatience").asInt() > 0
        && fineTune.path("validationSplit").asDouble() == 0) {
      problem(path + ".earlyStoppingPatience", "needs a validationSplit above 0 to watch");
    }
    if (fineTune.path("warmupEpochs").asDouble() > fineTune.path("epochs").asDouble()) {
      problem(
          path + ".warmupEpochs",
          "found %s, expected at most the %s epochs"
              .formatted(fineTune.path("warmupEpochs").asText(), fineTune.path("epochs").asText()));
    }
  }

  private void quantize(JsonNode quantize, String path) {
    if (quantize.path("mode").asText().equals("Static")) {
      needs(Datasets.CALIBRATION, path + " with mode Static");
    }
    if (quantize.has("maxAccuracyDrop")) {
      needs(Datasets.TRAINING, path + ".maxAccuracyDrop");
    }
  }

  private void gates() {
    JsonNode gates = spec.path("gates");
    for (int i = 0; i < gates.size(); i++) {
      gate(gates.get(i), "spec.gates[" + i + "]");
    }
    if (!gates.isEmpty() && !endsEvaluated()) {
      problem(
          "spec.gates",
          "there is no evaluate step after the last step that makes a model, so no number to limit;"
              + " add '- {name: evaluate, evaluate: {}}' at the end of spec.steps");
    }
  }

  private void gate(JsonNode gate, String path) {
    if (gate.isObject() && LIMITS.stream().noneMatch(gate::has)) {
      problem(
          path, "has no limit, expected at least one of %s".formatted(String.join(", ", LIMITS)));
    }
    order(gate, path, "min", "max");
    order(gate, path, "minRatio", "maxRatio");
    String metric = gate.path("metric").asText();
    if (metric.equals(Metric.AGREEMENT.yamlName()) && COMPARING.stream().anyMatch(gate::has)) {
      problem(path, "agreement is with the original: it has min and max only");
    }
    if (FRACTIONS.contains(metric)) {
      problems.addAll(perCent(gate, path));
    }
  }

  /**
   * Limits of a fraction that were meant per cent: a drop of 5 always passes, a min of 93 never.
   */
  static List<Problem> perCent(JsonNode limits, String path) {
    return Stream.of("min", "max", "maxDrop")
        .filter(limit -> limits.path(limit).isNumber() && limits.path(limit).asDouble() > 1)
        .map(
            limit ->
                new Problem(
                    path + "." + limit,
                    0,
                    "found %s, expected a fraction from 0 to 1; 0.005 is half a percentage point"
                        .formatted(limits.path(limit).asText())))
        .toList();
  }

  private void order(JsonNode gate, String path, String low, String high) {
    if (gate.path(low).isNumber()
        && gate.path(high).isNumber()
        && gate.path(low).asDouble() > gate.path(high).asDouble()) {
      problem(
          path,
          "%s %s is above %s %s, so nothing can pass"
              .formatted(low, gate.path(low).asText(), high, gate.path(high).asText()));
    }
  }

  private boolean endsEvaluated() {
    boolean evaluated = false;
    for (JsonNode step : spec.path("steps")) {
      if (step.has(StepType.EVALUATE.member())) {
        evaluated = true;
      } else if (Arrays.stream(StepType.values())
          .anyMatch(type -> type.makesModel() && step.has(type.member()))) {
        evaluated = false;
      }
    }
    return evaluated;
  }

  private boolean has(String dataset) {
    return spec.path("datasets").has(dataset);
  }

  private void needs(String dataset, String who) {
    if (!has(dataset)) {
      problem("spec.datasets." + dataset, "is missing, but %s needs it".formatted(who));
    }
  }

  private void problem(String path, String text) {
    Problem problem = new Problem(path, 0, text);
    if (problems.stream().noneMatch(other -> Objects.equals(other, problem))) {
      problems.add(problem);
    }
  }
}
