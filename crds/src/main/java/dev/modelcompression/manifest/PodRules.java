package dev.modelcompression.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What of a pod template crosses fields, or would take something that is the operator's. */
final class PodRules {
  private static final int MAX_AFFINITY = 8192;
  private static final String PATH = "spec.podTemplate";

  /** Folders of the step's container that are not the user's to cover. */
  private static final List<String> RESERVED = List.of("/opt", "/scratch", "/mnt/claims");

  private static final List<String> SOURCES =
      List.of("persistentVolumeClaim", "configMap", "secret", "emptyDir");
  private static final List<String> VALUES = List.of("value", "secretKeyRef", "configMapKeyRef");

  private final JsonNode template;
  private final List<Problem> problems = new ArrayList<>();

  private PodRules(JsonNode template) {
    this.template = template;
  }

  static List<Problem> check(JsonNode template) {
    PodRules rules = new PodRules(template);
    rules.keys("labels");
    rules.keys("annotations");
    rules.affinity();
    rules.mounts(rules.volumes());
    rules.env();
    return rules.problems;
  }

  private void keys(String field) {
    for (var member : template.path(field).properties()) {
      String key = member.getKey();
      String domain = key.contains("/") ? key.substring(0, key.indexOf('/')) : "";
      if (domain.endsWith("modelcompression.dev")
          || domain.endsWith("kubernetes.io")
          || domain.endsWith("k8s.io")) {
        problem(
            field + "." + key, "keys of " + domain + " are set by the operator or by Kubernetes");
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
      String path = mounts.get(i).path("mountPath").asText();
      if (!volumes.contains(volume)) {
        problem(at + ".name", "there is no volume '" + volume + "'; known: " + volumes);
      }
      if (!paths.add(path)) {
        problem(at + ".mountPath", path + " is there twice");
      }
      if (RESERVED.stream().anyMatch(folder -> path.equals(folder) || path.startsWith(folder + "/"))
          || path.equals("/")
          || path.contains("..")) {
        problem(
            at + ".mountPath",
            "found %s, expected a path outside %s".formatted(path, String.join(", ", RESERVED)));
      }
      if (mounts.get(i).path("subPath").asText().contains("..")) {
        problem(at + ".subPath", "must not contain '..'");
      }
    }
  }

  private void env() {
    names("env", "MC_", "the step contract");
    template.path("env").forEach(variable -> exactlyOne("env", variable, VALUES));
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
    problems.add(new Problem(PATH + "." + field, 0, text));
  }
}
