package dev.modelcompression.operator.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.modelcompression.api.pod.LocalReference;
import dev.modelcompression.api.pod.PodTemplate;
import dev.modelcompression.contract.ContractJson;
import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.TolerationBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where a pod may run. */
public final class Placement {
  private static final JsonMapper STRICT =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  private Placement() {}

  /**
   * The affinity as Kubernetes knows it.
   *
   * @param field where the template stands
   * @throws IllegalArgumentException it is none
   */
  public static Optional<Affinity> affinity(PodTemplate template, String field) {
    if (template.affinity() == null) {
      return Optional.empty();
    }
    try {
      Affinity affinity = STRICT.treeToValue(template.affinity(), Affinity.class);
      if (!affinity.getAdditionalProperties().isEmpty()) {
        throw new IllegalArgumentException(
            "%s.affinity: unknown field '%s', expected nodeAffinity, podAffinity and podAntiAffinity"
                .formatted(field, affinity.getAdditionalProperties().keySet().iterator().next()));
      }
      return Optional.of(affinity);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          field + ".affinity: is not the affinity of a Pod: " + e.getOriginalMessage(), e);
    }
  }

  static List<Toleration> tolerations(PodTemplate template) {
    return template.tolerations().stream()
        .map(
            toleration ->
                new TolerationBuilder()
                    .withKey(toleration.key())
                    .withOperator(word(toleration.operator()))
                    .withValue(toleration.value())
                    .withEffect(word(toleration.effect()))
                    .withTolerationSeconds(toleration.tolerationSeconds())
                    .build())
        .toList();
  }

  /** Labels of nodes: the usual ones, and the user's in place of those of the same key. */
  static @Nullable Map<String, String> nodes(PodTemplate template, Map<String, String> usual) {
    Map<String, String> labels = new TreeMap<>(usual);
    labels.putAll(template.nodeSelector());
    return labels.isEmpty() ? null : labels;
  }

  /** The user's, and the administrator's too: a user's image and ours may be in two registries. */
  static List<LocalObjectReference> pullSecrets(PodTemplate template, List<String> usual) {
    return Stream.concat(
            template.imagePullSecrets().stream().map(LocalReference::name), usual.stream())
        .distinct()
        .map(LocalObjectReference::new)
        .toList();
  }

  private static @Nullable String word(@Nullable Enum<?> value) {
    return value == null ? null : ContractJson.tree(value).asText();
  }
}
