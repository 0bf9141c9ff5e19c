package dev.modelcompression.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.modelcompression.api.pod.KubernetesNames;
import dev.modelcompression.api.pod.Toleration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** What of a pod template crosses fields, or would take something that is the operator's. */
final class PodRules {
  private static final int MAX_AFFINITY = 8192;

  /** Folders of the step's container that are not the user's to cover. */
  private static final List<String> RESERVED = List.of("/opt", "/scratch", "/mnt/claims");

  private static final List<String> SOURCES =
      List.of("persistentVolumeClaim", "configMap", "secret", "emptyDir");
  private static final List<String> VALUES = List.of("value", "valueFrom");
  private static final List<String> REFERENCES = List.of("secretKeyRef", "configMapKeyRef");

  private static final Pattern NOT_PLAIN = Pattern.compile("//|/[.][.]?(/|$)");
  private static final Pattern LEAVING = Pattern.compile("(^|/)[.][.](/|$)");

  private final JsonNode template;
  private final String path;
  private final List<Problem> problems = new ArrayList<>();

  private PodRules(JsonNode template, String path) {
    this.template = template;
    this.path = path;
  }

  /** What is wrong with the template at that path. */
  static List<Problem> check(JsonNode template, String path) {
    PodRules rules = new PodRules(template, path);
    rules.keys("labels", KubernetesNames::isTaken);
    rules.keys("annotations", KubernetesNames::isTakenAnnotation);
    rules.keys("nodeSelector", key -> false);
    rules.tolerations();
    rules.problems.addAll(resources(template.path("resources"), path + ".resources"));
    rules.affinity();
    rules.mounts(rules.volumes());
    rules.env();
    return rules.problems;
  }

  /** What is wrong with the names of amounts. */
  static List<Problem> resources(JsonNode resources, String path) {
    List<Problem> problems = new ArrayList<>();
    for (String kind : List.of("requests", "limits")) {
      resources
          .path(kind)
          .fieldNames()
          .forEachRemaining(
              name -> {
                if (!KubernetesNames.isResource(name)) {
                  problems.add(
                      new Problem(
                          path + "." + kind + "." + name, 0, KubernetesNames.RESOURCE_EXPECTED));
                }
              });
    }
    return problems;
  }

  private void keys(String field, Predicate<String> taken) {
    for (var member : template.path(field).properties()) {
      String key = member.getKey();
      if (!KubernetesNames.isKey(key)) {
        problem(field + "." + key, KubernetesNames.KEY_EXPECTED);
      } else if (taken.test(key)) {
        problem(
            field + "." + key,
            (key.contains("/") ? "keys of " + key.substring(0, key.indexOf('/')) + " are" : "is")
                + " set by the operator or by Kubernetes");
      }
    }
  }

  private void tolerations() {
    JsonNode tolerations = template.path("tolerations");
    for (int i = 0; i < tolerations.size(); i++) {
      JsonNode toleration = tolerations.get(i);
      String at = "tolerations[" + i + "].";
      boolean exists = toleration.path("operator").asText().equals("Exists");
      if (exists && !toleration.path("value").asText().isEmpty()) {
        problem(at + "value", Toleration.NO_VALUE_EXPECTED);
      }
      if (!exists && toleration.path("key").asText().isEmpty()) {
        problem(at + "key", Toleration.KEY_EXPECTED);
      }
      if (toleration.has("tolerationSeconds")
          && !toleration.path("effect").asText().equals("NoExecute")) {
        problem(at + "tolerationSeconds", Toleration.NO_EXECUTE_EXPECTED);
      }
    }
  }

  private void affinity() {
    int length = template.path("affinity").toString().length();
    if (length > MAX_AFFINITY) {
      problem(
          "affinity",
          "has %d characters as JSON, expected at most %d".formatted(length, MAX_AFFINITY));
    }
  }

  private Set<String> volumes() {
    Set<String> names = names("volumes", "mc-", "the operator");
    template.path("volumes").forEach(volume -> exactlyOne("volumes", volume, SOURCES));
    return names;
  }

  private void mounts(Set<String> volumes) {
    Set<String> paths = new HashSet<>();
    JsonNode mounts = template.path("volumeMounts");
    for (int i = 0; i < mounts.size(); i++) {
      String at = "volumeMounts[" + i + "]";
      String volume = mounts.get(i).path("name").asText();
      String folder = mounts.get(i).path("mountPath").asText();
      if (!volumes.contains(volume)) {
        problem(at + ".name", "there is no volume '" + volume + "'; known: " + volumes);
      }
      if (!paths.add(folder)) {
        problem(at + ".mountPath", folder + " is there twice");
      }
      if (RESERVED.stream()
              .anyMatch(taken -> folder.equals(taken) || folder.startsWith(taken + "/"))
          || folder.equals("/")
          || NOT_PLAIN.matcher(folder).find()) {
        problem(
            at + ".mountPath",
            "found %s, expected a plain path outside /, %s"
                .formatted(folder, String.join(", ", RESERVED)));
      }
      if (LEAVING.matcher(mounts.get(i).path("subPath").asText()).find()) {
        problem(at + ".subPath", "must not contain '..'");
      }
    }
  }

  private void env() {
    names("env", "MC_", "the step contract");
    for (JsonNode variable : template.path("env")) {
      exactlyOne("env", variable, VALUES);
      if (variable.has("valueFrom")) {
        exactlyOne("env", variable.path("valueFrom"), REFERENCES);
      }
    }
  }

  private void exactlyOne(String field, JsonNode item, List<String> kinds) {
    List<String> found = kinds.stream().filter(item::has).toList();
    if (found.size() != 1) {
      problem(
          field,
          "has %s, expected exactly one of %s"
              .formatted(
                  found.isEmpty() ? "none" : String.join(" and ", found),
                  String.join(", ", kinds)));
    }
  }

  private Set<String> names(String list, String reserved, String owner) {
    Set<String> names = new HashSet<>();
    for (JsonNode item : template.path(list)) {
      String name = item.path("name").asText();
      if (name.startsWith(reserved)) {
        problem(
            list, "'%s': names that begin with %s belong to %s".formatted(name, reserved, owner));
      }
      if (!names.add(name)) {
        problem(list, "'" + name + "' is there twice; names must differ");
      }
    }
    return names;
  }

  private void problem(String field, String text) {
    problems.add(new Problem(path + "." + field, 0, text));
  }
}
