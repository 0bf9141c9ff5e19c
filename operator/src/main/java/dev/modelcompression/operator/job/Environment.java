package dev.modelcompression.operator.job;

import dev.modelcompression.api.pod.EnvVar;
import dev.modelcompression.api.pod.KeyReference;
import dev.modelcompression.api.pod.PodTemplate;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import java.util.ArrayList;
import java.util.List;

/** Environment variables of a step's container. */
final class Environment {
  private Environment() {}

  /** The user's first: Kubernetes takes the last of two of the same name. */
  static List<io.fabric8.kubernetes.api.model.EnvVar> of(AttemptPod pod, PodTemplate template) {
    List<io.fabric8.kubernetes.api.model.EnvVar> variables = new ArrayList<>();
    template.env().forEach(variable -> variables.add(variable(variable)));
    // The root file system is read-only: whatever writes, writes to the scratch folder.
    variables.add(plain("HOME", Volumes.SCRATCH));
    variables.add(plain("TMPDIR", Volumes.SCRATCH));
    variables.add(plain("MC_JAVA_OPTS", "-Djava.io.tmpdir=" + Volumes.SCRATCH));
    variables.add(plain(pod.variable(), escaped(pod.request())));
    return variables;
  }

  /** Kubernetes expands {@code $(NAME)} in values; a user's text must arrive as it is. */
  private static String escaped(String text) {
    return text.replace("$(", "$$(");
  }

  private static io.fabric8.kubernetes.api.model.EnvVar variable(EnvVar variable) {
    EnvVarBuilder builder = new EnvVarBuilder().withName(variable.name());
    if (variable.value() != null) {
      builder.withValue(variable.value());
    }
    KeyReference secret = variable.secretKeyRef();
    if (secret != null) {
      builder
          .withNewValueFrom()
          .withNewSecretKeyRef(secret.key(), secret.name(), false)
          .endValueFrom();
    }
    KeyReference config = variable.configMapKeyRef();
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
