package dev.modelcompression.api.pod;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.crd.generator.annotation.SchemaFrom;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How the pods that run steps are made. Has no effect on what a step computes, nor outside a
 * cluster.
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
    value = "!has(self.labels) || self.labels.all(key, " + KubernetesNames.IS_FREE_KEY + ")",
    message = KubernetesNames.FREE_KEY_EXPECTED,
    fieldPath = ".labels")
@ValidationRule(
    value =
        "!has(self.annotations) || self.annotations.all(key, "
            + KubernetesNames.IS_ANNOTATION_KEY
            + ")",
    message = KubernetesNames.ANNOTATION_KEY_EXPECTED,
    fieldPath = ".annotations")
@ValidationRule(
    value = "!has(self.nodeSelector) || self.nodeSelector.all(key, " + KubernetesNames.IS_KEY + ")",
    message = KubernetesNames.KEY_EXPECTED,
    fieldPath = ".nodeSelector")
@ValidationRule(
    value = "!has(self.env) || self.env.all(e, self.env.exists_one(f, f.name == e.name))",
    message = "names of variables must differ",
    fieldPath = ".env")
@ValidationRule(
    value =
        "!has(self.volumes) || self.volumes.all(v, self.volumes.exists_one(w, w.name == v.name))",
    message = "names of volumes must differ",
    fieldPath = ".volumes")
@ValidationRule(
    value =
        "!has(self.volumeMounts) || self.volumeMounts.all(m, has(self.volumes) &&"
            + " self.volumes.exists(v, v.name == m.name))",
    message = "a mount names a volume that is not there",
    fieldPath = ".volumeMounts")
@ValidationRule(
    value =
        "!has(self.volumeMounts) || self.volumeMounts.all(m, self.volumeMounts.exists_one(n,"
            + " n.mountPath == m.mountPath))",
    message = "two mounts have the same mountPath",
    fieldPath = ".volumeMounts")
public record PodTemplate(
    @JsonPropertyDescription(
            "labels are added to the pods, at most 16. Those of the operator and of Kubernetes cannot"
                + " be set.")
        @Size(max = 16)
        Map<String, @Pattern(KubernetesNames.LABEL_VALUE) @Size(max = 63) String> labels,
    @JsonPropertyDescription(
            "annotations are added to the pods, at most 16. Those of the operator and of Kubernetes"
                + " cannot be set, but for those of the cluster autoscaler.")
        @Size(max = 16)
        Map<String, @Size(max = 1024) String> annotations,
    @JsonPropertyDescription(
            "resources are what the container of every step gets; a step's own resources come first."
                + " The cpu limit here, else the request, rounded up, is how many threads the steps"
                + " compute with.")
        @Nullable Resources resources,
    @JsonPropertyDescription("nodeSelector holds labels that a node must have, at most 16.")
        @Size(max = 16)
        Map<String, @Pattern(KubernetesNames.LABEL_VALUE) @Size(max = 63) String> nodeSelector,
    @JsonPropertyDescription(
            "tolerations are taints of nodes that the pods put up with, at most 16.")
        @Size(max = 16)
        List<Toleration> tolerations,
    @JsonPropertyDescription(
            "affinity is the affinity of the pods, written as in a Pod: nodeAffinity, podAffinity and"
                + " podAntiAffinity. At most 8192 characters as JSON.")
        @SchemaFrom(type = Affinity.class)
        @Nullable ObjectNode affinity,
    @JsonPropertyDescription("priorityClassName is the priority class of the pods.")
        @Pattern(KubernetesNames.OBJECT)
        @Size(max = 253)
        @Nullable String priorityClassName,
    @JsonPropertyDescription(
            "serviceAccountName is the service account of the pods. Its token is not mounted; it"
                + " stands for image pull secrets, where a pod names none, and for identities that a cloud gives to it.")
        @Pattern(KubernetesNames.OBJECT)
        @Size(max = 253)
        @Nullable String serviceAccountName,
    @JsonPropertyDescription(
            "imagePullSecrets are Secrets with which images are pulled, at most 8.")
        @Size(max = 8)
        List<LocalReference> imagePullSecrets,
    @JsonPropertyDescription("runtimeClassName is the runtime class of the pods, such as gvisor.")
        @Pattern(KubernetesNames.OBJECT)
        @Size(max = 253)
        @Nullable String runtimeClassName,
    @JsonPropertyDescription(
            "env are environment variables of the steps, such as the endpoint and the credentials of"
                + " an S3 store. At most 32.")
        @Size(max = 32)
        List<EnvVar> env,
    @JsonPropertyDescription("volumes are volumes that volumeMounts can name, at most 16.")
        @Size(max = 16)
        List<Volume> volumes,
    @JsonPropertyDescription("volumeMounts say where volumes are seen by the steps, at most 16.")
        @Size(max = 16)
        List<VolumeMount> volumeMounts,
    @JsonPropertyDescription(
            "queueName is the Kueue LocalQueue that the Jobs wait in, where Kueue is installed.")
        @Pattern(KubernetesNames.LABEL)
        @Size(max = 63)
        @Nullable String queueName) {
  /** Nothing is said about the pods. */
  @SuppressWarnings("NullAway") // null stands for the default, as it does in JSON
  public static final PodTemplate NONE =
      new PodTemplate(
          null, null, null, null, null, null, null, null, null, null, null, null, null, null);

  public PodTemplate {
    labels = ordered(labels);
    annotations = ordered(annotations);
    nodeSelector = ordered(nodeSelector);
    tolerations = listed(tolerations);
    imagePullSecrets = listed(imagePullSecrets);
    env = listed(env);
    volumes = listed(volumes);
    volumeMounts = listed(volumeMounts);
  }

  private static Map<String, String> ordered(@Nullable Map<String, String> map) {
    return map == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(map));
  }

  private static <T> List<T> listed(@Nullable List<T> list) {
    return list == null ? List.of() : List.copyOf(list);
  }
}
