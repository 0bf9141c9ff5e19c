package dev.modelcompression.operator.job;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.modelcompression.api.Manifest;
import dev.modelcompression.api.ModelCompression;
import dev.modelcompression.api.pod.PodTemplate;
import dev.modelcompression.contract.CanonicalJson;
import dev.modelcompression.contract.ContractJson;
import dev.modelcompression.operator.Settings;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Makes the Job of an attempt. */
public final class StepJobs {
  /** Name of the container that runs the step. */
  public static final String CONTAINER = JobShape.CONTAINER;

  /** Annotation of a Job: the digest of its queue and its pod, as they were asked for. */
  public static final String POD_DIGEST = Manifest.GROUP + "/pod-digest";

  private StepJobs() {}

  /** The Job of an attempt, owned by the compression. */
  public static Job of(ModelCompression compression, AttemptPod pod, Settings settings) {
    String name = compression.getMetadata().getName();
    PodTemplate template =
        Optional.ofNullable(compression.getSpec().podTemplate()).orElse(PodTemplate.NONE);
    Map<String, String> labels = Labels.of(pod, name);
    Map<String, String> jobLabels = new LinkedHashMap<>(labels);
    Optional.ofNullable(template.queueName())
        .ifPresent(queue -> jobLabels.put(Labels.QUEUE, queue));
    Map<String, String> podLabels = new LinkedHashMap<>(template.labels());
    podLabels.putAll(labels);
    var podTemplate =
        new PodTemplateSpecBuilder()
            .withNewMetadata()
            .withLabels(podLabels)
            .withAnnotations(template.annotations())
            .endMetadata()
            .withSpec(podSpec(pod, template, !isCustom(compression, pod), settings))
            .build();
    return JobShape.of(
        new ObjectMetaBuilder()
            .withName(
                JobNames.of(
                    name,
                    compression.getMetadata().getUid(),
                    pod.run(),
                    pod.trial(),
                    pod.step(),
                    pod.attempt()))
            .withLabels(jobLabels)
            .addToAnnotations(POD_DIGEST, digest(jobLabels, podTemplate))
            .build(),
        compression,
        podTemplate,
        settings);
  }

  /**
   * The value of {@link #POD_DIGEST} that a Job of the attempt would have now. The API server, and
   * whoever else may change a Job on its way, add to what was asked for: it cannot be compared.
   */
  public static String podDigest(ModelCompression compression, AttemptPod pod, Settings settings) {
    var metadata = of(compression, pod, settings).getMetadata();
    return Objects.requireNonNull(metadata.getAnnotations().get(POD_DIGEST));
  }

  private static String digest(Map<String, String> labels, PodTemplateSpec template) {
    return CanonicalJson.digest(
        JsonNodeFactory.instance
            .arrayNode()
            .add(ContractJson.tree(labels))
            .add(ContractJson.tree(template)));
  }

  /** Whether the image is the user's. The inputs, which have no trial, are ours to read. */
  private static boolean isCustom(ModelCompression compression, AttemptPod pod) {
    return pod.trial() > 0
        && compression.getSpec().steps().stream()
            .anyMatch(step -> step.name().equals(pod.step()) && step.custom() != null);
  }

  private static PodSpec podSpec(
      AttemptPod pod, PodTemplate template, boolean ours, Settings settings) {
    return PodShape.pod(template, "spec.podTemplate", ours, settings)
        .withRestartPolicy("Never")
        // From when the kubelet takes the pod; a Job's own would count the wait for room as well.
        .withActiveDeadlineSeconds(pod.timeout().toSeconds())
        .withContainers(container(pod, template, settings))
        .withVolumes(
            Volumes.volumes(Scratch.limit(pod.resources(), settings), pod.claims(), template))
        .build();
  }

  private static Container container(AttemptPod pod, PodTemplate template, Settings settings) {
    return PodShape.container(CONTAINER, pod.image())
        .withImagePullPolicy(settings.imagePullPolicy())
        .withArgs(pod.command())
        .withEnv(Environment.ofStep(template, pod.variable(), pod.request()))
        .withResources(
            PodShape.resources(
                pod.resources(), Threads.request(settings), settings, pod.oomKills()))
        .withVolumeMounts(Volumes.mounts(pod.claims(), template))
        .build();
  }
}
