package dev.modelcompression.api.pod;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The affinity of a Pod as the schema says it, so that a misspelt member is refused instead of
 * ignored. Where it is read it stays as it is written: an empty selector and none differ.
 */
record Affinity(
    @JsonPropertyDescription("nodeAffinity says which nodes the pods may or should run on.")
        @Nullable NodeAffinity nodeAffinity,
    @JsonPropertyDescription("podAffinity says which pods they must or should be near to.")
        @Nullable PodAffinity podAffinity,
    @JsonPropertyDescription("podAntiAffinity says which pods they must or should be away from.")
        @Nullable PodAffinity podAntiAffinity) {

  private static final String REQUIRED =
      "requiredDuringSchedulingIgnoredDuringExecution must be met when a pod is scheduled";
  private static final String PREFERRED =
      "preferredDuringSchedulingIgnoredDuringExecution are wishes, at most 16; nodes with the"
          + " greatest sum of weights come first.";
  private static final String WEIGHT = "weight is what the wish counts for. 1 to 100.";
  private static final String VALUES =
      "values are what In and NotIn compare with, at most 64; none for Exists and DoesNotExist.";

  /** Which nodes. */
  record NodeAffinity(
      @JsonPropertyDescription(REQUIRED + ".")
          @Nullable NodeSelector requiredDuringSchedulingIgnoredDuringExecution,
      @JsonPropertyDescription(PREFERRED) @Size(max = 16)
          @Nullable List<PreferredNode> preferredDuringSchedulingIgnoredDuringExecution) {}

  /** Alternatives. */
  record NodeSelector(
      @JsonPropertyDescription(
              "nodeSelectorTerms are alternatives, at most 16: one of them is enough.")
          @Required
          @Size(min = 1, max = 16)
          List<NodeTerm> nodeSelectorTerms) {}

  /** Conditions that must all hold. */
  record NodeTerm(
      @JsonPropertyDescription(
              "matchExpressions are conditions on labels of the node, at most 16; all must hold.")
          @Size(max = 16)
          @Nullable List<NodeExpression> matchExpressions,
      @JsonPropertyDescription(
              "matchFields are conditions on fields of the node, such as metadata.name, at most 16;"
                  + " all must hold.")
          @Size(max = 16)
          @Nullable List<NodeExpression> matchFields) {}

  /** One condition. */
  record NodeExpression(
      @JsonPropertyDescription("key is the label or field.") @Required @Size(min = 1, max = 317)
          String key,
      @JsonPropertyDescription(
              "operator says how the value is compared; Gt and Lt compare whole numbers.")
          @Required
          NodeOperator operator,
      @JsonPropertyDescription(VALUES + " Gt and Lt take one.") @Size(max = 64)
          @Nullable List<@Size(max = 253) String> values) {}

  /** How values are compared. */
  enum NodeOperator {
    /** Is one of. */
    @JsonProperty("In")
    IN,
    /** Is none of. */
    @JsonProperty("NotIn")
    NOT_IN,
    /** Is there. */
    @JsonProperty("Exists")
    EXISTS,
    /** Is not there. */
    @JsonProperty("DoesNotExist")
    DOES_NOT_EXIST,
    /** Is greater than. */
    @JsonProperty("Gt")
    GT,
    /** Is less than. */
    @JsonProperty("Lt")
    LT
  }

  /** A wish for nodes. */
  record PreferredNode(
      @JsonPropertyDescription(WEIGHT) @Required @Min(1) @Max(100) Integer weight,
      @JsonPropertyDescription("preference is what the node should be like.") @Required
          NodeTerm preference) {}

  /** Which pods. */
  record PodAffinity(
      @JsonPropertyDescription(REQUIRED + ", all of at most 16.") @Size(max = 16)
          @Nullable List<PodTerm> requiredDuringSchedulingIgnoredDuringExecution,
      @JsonPropertyDescription(PREFERRED) @Size(max = 16)
          @Nullable List<PreferredPod> preferredDuringSchedulingIgnoredDuringExecution) {}

  /** Other pods and what being near them means. */
  record PodTerm(
      @JsonPropertyDescription("labelSelector selects the other pods; none when left out.")
          @Nullable LabelSelector labelSelector,
      @JsonPropertyDescription(
              "topologyKey is the label of nodes that have the same value where pods are near, such"
                  + " as kubernetes.io/hostname.")
          @Required
          @Size(min = 1, max = 317)
          String topologyKey,
      @JsonPropertyDescription(
              "namespaces are where the other pods are, at most 16; the own namespace when left out.")
          @Size(max = 16)
          @Nullable List<@Pattern(KubernetesNames.LABEL) @Size(max = 63) String> namespaces,
      @JsonPropertyDescription("namespaceSelector selects namespaces where the other pods are.")
          @Nullable LabelSelector namespaceSelector) {}

  /** A wish for pods. */
  record PreferredPod(
      @JsonPropertyDescription(WEIGHT) @Required @Min(1) @Max(100) Integer weight,
      @JsonPropertyDescription("podAffinityTerm is what the pods should be near to or away from.")
          @Required
          PodTerm podAffinityTerm) {}

  /** Selects by labels. */
  record LabelSelector(
      @JsonPropertyDescription("matchLabels are labels with their values, at most 16.")
          @Size(max = 16)
          @Nullable Map<String, @Pattern(KubernetesNames.LABEL_VALUE) @Size(max = 63) String>
              matchLabels,
      @JsonPropertyDescription("matchExpressions are conditions, at most 16; all must hold.")
          @Size(max = 16)
          @Nullable List<LabelExpression> matchExpressions) {}

  /** One condition on a label. */
  record LabelExpression(
      @JsonPropertyDescription("key is the label.") @Required @Size(min = 1, max = 317) String key,
      @JsonPropertyDescription("operator says how the value is compared.") @Required
          LabelOperator operator,
      @JsonPropertyDescription(VALUES) @Size(max = 64)
          @Nullable List<@Size(max = 63) String> values) {}

  /** How values of labels are compared. */
  enum LabelOperator {
    /** Is one of. */
    @JsonProperty("In")
    IN,
    /** Is none of. */
    @JsonProperty("NotIn")
    NOT_IN,
    /** Is there. */
    @JsonProperty("Exists")
    EXISTS,
    /** Is not there. */
    @JsonProperty("DoesNotExist")
    DOES_NOT_EXIST
  }
}
