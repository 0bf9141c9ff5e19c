package dev.modelcompression.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import io.smallrye.config.WithDefault;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The chart, its documentation and the operator tell of the same settings. */
class ChartTest {
  private static final Path CHART = Path.of("../deploy/helm/model-compression-operator");
  private static final Path README = Path.of("../deploy/README.md");
  private static final String GENERATE =
      "mvn -pl operator -am test -Dtest=ChartTest -Dsurefire.failIfNoSpecifiedTests=false -Dgenerate";
  private static final Pattern VARIABLE =
      Pattern.compile("\\{name: (MC_\\w+), value: (?:\\{\\{ \\.Values\\.([\\w.]+) )?");

  @Test
  void readmeListsEveryValue() throws IOException {
    String readme = Files.readString(README);
    assertThat(readme).contains(GENERATE);
    String table = table(leaves("", schema()), yaml("values.yaml"));
    int begin = readme.indexOf("-->\n", readme.indexOf("<!-- Generated from values.yaml")) + 4;
    int end = readme.indexOf("<!-- end of values -->");
    if (System.getProperty("generate") != null) {
      readme = readme.substring(0, begin) + table + readme.substring(end);
      Files.writeString(README, readme);
      end = readme.indexOf("<!-- end of values -->");
    }
    assertThat(readme.substring(begin, end)).as("stale; run: " + GENERATE).isEqualTo(table);
  }

  @Test
  void schemaDescribesEveryValueAndNoOther() throws IOException {
    JsonNode values = yaml("values.yaml");
    List<String> described = new ArrayList<>(leaves("", schema()).keySet());
    assertThat(described)
        .allSatisfy(path -> assertThat(at(values, path).isMissingNode()).isFalse());
    assertThat(described).containsAll(paths(values, described));
  }

  @ParameterizedTest
  @CsvSource({
    "jobs.ttl, 1m 60s 24h 8760h 1h30m10s 99999s, 0s 59s 0m 9999999h 8761h 8760h1m 24",
    "jobs.pendingTimeout, 1s 5m 48h 8760h 1h30m10s 99999s, 0s 0h 00m 5 8761h 8760h1s 9999999m",
    "jobs.noPodGrace, 1s 10s 8760h, 0s 0m10s 8761h",
    "jobs.retryBackoff, 0s 10s 1m30s 4m59s 5m 300s, 10 0 1h 6m 5m1s 301s 500ms",
    "steps.memory, 1 4Gi 1.5Gi 0.5Gi 0.001k 512M, 0 0Gi 0.0Gi 0.5 0.0001k 4000m 4gi -1Gi",
    "steps.maxMemory, 32Gi 1T, 0 00Gi 1m",
    "steps.scratch, 8Gi 1Ti, 0 0.00k 1m",
    "metrics.serviceMonitor.interval, 15s 1m30s, 0s 30",
    "metrics.serviceMonitor.scrapeTimeout, 15s 1m30s, 0s 30",
    "metrics.prometheusRule.runbookUrl, https://example.com/metrics.md, metrics.md",
    "podDisruptionBudget.maxUnavailable, 0% 50% 100%, 1 50 101% some",
    "podDisruptionBudget.minAvailable, 50%, 1 x%",
    // At TRACE the Kubernetes client logs the token that it shows to the API server.
    "logging.level, ERROR DEBUG, TRACE OFF",
    "fullnameOverride, mc a-1 abcdefghijabcdefghijabcdefghijabcdefghijabcdefghij,"
        + " -a a- 1a A a.b abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijk",
    "nameOverride, mc, a_b A",
  })
  void schemaHasBounds(String path, String allowed, String refused) throws IOException {
    for (String value : allowed.split(" ", -1)) {
      assertThat(problems(path, TextNode.valueOf(value))).as(value).isEmpty();
    }
    for (String value : refused.split(" ", -1)) {
      assertThat(problems(path, TextNode.valueOf(value))).as(value).isNotEmpty();
    }
  }

  @Test
  void schemaTakesEachNamespaceOnce() throws IOException {
    assertThat(problems("watchNamespaces", read("[team-a, team-b]"))).isEmpty();
    assertThat(problems("watchNamespaces", read("[team-a, team-a]"))).isNotEmpty();
    assertThat(problems("watchNamespaces", read("[Team]"))).isNotEmpty();
  }

  /** With another value of those, the Deployment would not select its own pods. */
  @ParameterizedTest
  @ValueSource(strings = {"podLabels", "commonLabels"})
  void labelsOfTheSelectorCannotBeSet(String labels) throws IOException {
    assertThat(problems(labels, read("{team: models, example.com/name: a}"))).isEmpty();
    assertThat(problems(labels, read("{app.kubernetes.io/name: a}"))).isNotEmpty();
    assertThat(problems(labels, read("{app.kubernetes.io/instance: a}"))).isNotEmpty();
  }

  /** The API server would refuse them, after half of the chart is installed. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nodeSelector | {a: b} | {a: 1}",
        "podAnnotations | {a: b} | {a: true}",
        "crds.annotations | {a: b} | {a: {b: c}}",
        "metrics.serviceMonitor.labels | {a: b} | {a: 1}",
        "extraEnv | [{name: A, value: b}] | [{value: b}]",
        "extraVolumes | [{name: a, emptyDir: {}}] | [{emptyDir: {}}]",
        "extraVolumeMounts | [{name: a, mountPath: /a}] | [{name: a}]",
        "imagePullSecrets | [{name: a}] | [a]",
        "steps.imagePullSecrets | [a, b.c] | [{name: a}]",
        "steps.imagePullSecrets | [] | ['a,b']",
        "steps.runAsUser | 1 | 0",
        "steps.runAsUser | \"\" | \"1\"",
        "podDisruptionBudget.minAvailable | 0 | -1",
      })
  void schemaHasTypes(String path, String allowed, String refused) throws IOException {
    assertThat(problems(path, read(allowed))).isEmpty();
    assertThat(problems(path, read(refused))).isNotEmpty();
  }

  /** What the schema says to the chart's values with another one of them. */
  private static Set<ValidationMessage> problems(String path, JsonNode value) throws IOException {
    JsonNode values = yaml("values.yaml");
    int dot = path.lastIndexOf('.');
    JsonNode parent = dot < 0 ? values : at(values, path.substring(0, dot));
    ((ObjectNode) parent).set(path.substring(dot + 1), value);
    return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7)
        .getSchema(schema())
        .validate(values);
  }

  private static JsonNode read(String yaml) throws IOException {
    return new YAMLMapper().readTree(yaml);
  }

  @Test
  void chartSetsEverySettingOfTheOperatorAndNoOther() throws IOException {
    assertThat(variables().keySet()).isEqualTo(settings("MC", OperatorConfig.class).keySet());
  }

  /** But for leader election, which the chart has on: it may run two replicas. */
  @Test
  void chartHasTheDefaultsOfTheOperator() throws IOException {
    JsonNode values = yaml("values.yaml");
    Map<String, String> settings = settings("MC", OperatorConfig.class);
    variables()
        .forEach(
            (variable, path) -> {
              String expected = settings.getOrDefault(variable, "");
              if (!path.isEmpty()
                  && !expected.isEmpty()
                  && !path.equals("leaderElection.enabled")) {
                assertThat(at(values, path).asText()).as(path).isEqualTo(expected);
              }
            });
  }

  /** Environment variables that the Deployment sets, and the value that each is taken from. */
  private static Map<String, String> variables() throws IOException {
    var matcher = VARIABLE.matcher(Files.readString(CHART.resolve("templates/deployment.yaml")));
    Map<String, String> found = new TreeMap<>();
    while (matcher.find()) {
      found.put(matcher.group(1), matcher.group(2) == null ? "" : matcher.group(2));
    }
    return found;
  }

  /**
   * Environment variables that the operator reads, with their defaults, empty where there is none.
   */
  private static Map<String, String> settings(String prefix, Class<?> group) {
    Map<String, String> found = new TreeMap<>();
    for (Method method : group.getDeclaredMethods()) {
      if (method.isDefault() || method.isSynthetic()) {
        continue;
      }
      String name =
          prefix + "_" + method.getName().replaceAll("([A-Z])", "_$1").toUpperCase(Locale.ROOT);
      if (method.getReturnType().getEnclosingClass() == OperatorConfig.class) {
        found.putAll(settings(name, method.getReturnType()));
      } else {
        WithDefault fallback = method.getAnnotation(WithDefault.class);
        found.put(name, fallback == null ? "" : fallback.value());
      }
    }
    return found;
  }

  private static JsonNode schema() throws IOException {
    return new ObjectMapper().readTree(CHART.resolve("values.schema.json").toFile());
  }

  private static JsonNode yaml(String file) throws IOException {
    return new YAMLMapper().readTree(CHART.resolve(file).toFile());
  }

  private static Map<String, JsonNode> leaves(String prefix, JsonNode schema) {
    Map<String, JsonNode> found = new LinkedHashMap<>();
    schema
        .path("properties")
        .properties()
        .forEach(
            property -> {
              String path = prefix + property.getKey();
              if (property.getValue().has("properties")) {
                found.putAll(leaves(path + ".", property.getValue()));
              } else if (!path.equals("global")) {
                found.put(path, property.getValue());
              }
            });
    return found;
  }

  /** Paths of values, no deeper than what is described. */
  private static List<String> paths(JsonNode values, List<String> described) {
    List<String> found = new ArrayList<>();
    collect("", values, described, found);
    return found;
  }

  private static void collect(
      String prefix, JsonNode values, List<String> described, List<String> found) {
    values
        .properties()
        .forEach(
            value -> {
              String path = prefix + value.getKey();
              if (value.getValue().isObject() && !described.contains(path)) {
                collect(path + ".", value.getValue(), described, found);
              } else {
                found.add(path);
              }
            });
  }

  private static JsonNode at(JsonNode values, String path) {
    return values.at("/" + path.replace('.', '/'));
  }

  private static String table(Map<String, JsonNode> leaves, JsonNode values) {
    return "\n| value | default | |\n| --- | --- | --- |\n"
        + leaves.entrySet().stream()
            .map(
                leaf ->
                    "| `%s` | `%s` | %s |\n"
                        .formatted(
                            leaf.getKey(),
                            at(values, leaf.getKey()),
                            leaf.getValue().path("description").asText().replace("<", "&lt;")
                                + allowed(leaf.getValue())))
            .collect(Collectors.joining())
        + "\n";
  }

  private static String allowed(JsonNode leaf) {
    List<String> words = new ArrayList<>();
    leaf.path("enum").forEach(word -> words.add(word.asText()));
    return words.isEmpty() ? "" : " One of " + String.join(", ", words) + ".";
  }
}
