package dev.modelcompression.operator.job;

import dev.modelcompression.api.pod.EnvVar;
import dev.modelcompression.api.pod.KeyReference;
import dev.modelcompression.api.pod.PodTemplate;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Environment variables of a container. */
public final class Environment {
  private Environment() {}

  /**
   * Those of a container of the step image.
   *
   * @param variable that holds the request
   * @param request as JSON
   */
  public static List<io.fabric8.kubernetes.api.model.EnvVar> ofStep(
      PodTemplate template, String variable, String request) {
    Map<String, String> ours = new LinkedHashMap<>();
    ours.put("MC_JAVA_OPTS", "-Djava.io.tmpdir=" + Volumes.SCRATCH);
    ours.put(variable, request);
    return of(template, ours);
  }

  /** The user's, and ours in place of those of the same name. */
  public static List<io.fabric8.kubernetes.api.model.EnvVar> of(
      PodTemplate template, Map<String, String> ours) {
    Map<String, io.fabric8.kubernetes.api.model.EnvVar> variables = new LinkedHashMap<>();
    template.env().forEach(variable -> variables.put(variable.name(), variable(variable)));
    Map<String, String> fixed = new LinkedHashMap<>();
    // The root file system is read-only: whatever writes, writes to the scratch folder.
    fixed.put("HOME", Volumes.SCRATCH);
    fixed.put("TMPDIR", Volumes.SCRATCH);
    fixed.putAll(ours);
    fixed.forEach(
        (name, value) -> {
          variables.remove(name);
          variables.put(name, plain(name, literal(value)));
        });
    return List.copyOf(variables.values());
  }

  /**
   * A text as it has to be written where Kubernetes expands {@code $(NAME)}, to arrive as it is.
   * Every dollar sign counts: of two, the kubelet makes one, and a name after a third is expanded,
   * which may be that of a variable with a Secret's value.
   */
  public static String literal(String text) {
    return text.replace("$", "$$");
  }

  private static io.fabric8.kubernetes.api.model.EnvVar variable(EnvVar variable) {
    EnvVarBuilder builder = new EnvVarBuilder().withName(variable.name());
    if (variable.value() != null) {
      builder.withValue(variable.value());
    }
    EnvVar.Source source = variable.valueFrom();
    KeyReference secret = source == null ? null : source.secretKeyRef();
    if (secret != null) {
      builder
          .withNewValueFrom()
          .withNewSecretKeyRef(secret.key(), secret.name(), false)
          .endValueFrom();
    }
    KeyReference config = source == null ? null : source.configMapKeyRef();
    if (config != null) {
      builder
          .withNewValueFrom()
          .withNewConfigMapKeyRef(config.key(), config.name(), false)
          .endValueFrom();
    }
    return builder.build();
  }

  private static io.fabric8.kubernetes.api.model.EnvVar plain(String name, String value) {
    return new EnvVarBuilder().withName(name).withValue(value).build();
  }
}
