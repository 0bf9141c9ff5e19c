package dev.modelcompression.operator.job;

import dev.modelcompression.api.Manifest;
import dev.modelcompression.api.ModelCompression;
import dev.modelcompression.api.pod.PodTemplate;
import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.operator.Settings;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicy;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyBuilder;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes the Job of an attempt. */
public final class StepJobs {
  /** Name of the container that runs the step. */
  public static final String CONTAINER = "step";

  private static final long USER = 65532;
  private static final String EPHEMERAL = "ephemeral-storage";

  /** Ends after which another pod of the same Job would end the same way, besides our own codes. */
  private static final List<Integer> NOT_EXECUTABLE = List.of(126, 127);

  private StepJobs() {}

  /** The Job of an attempt, owned by the compression. */
  public static Job of(ModelCompression compression, AttemptPod pod, Settings settings) {
    String name = compression.getMetadata().getName();
    PodTemplate template = template(compression);
    Map<String, String> labels = Labels.of(pod, name);
    Map<String, String> jobLabels = new LinkedHashMap<>(labels);
    Optional.ofNullable(template.queueName())
        .ifPresent(queue -> jobLabels.put(Labels.QUEUE, queue));
    Map<String, String> podLabels = new LinkedHashMap<>(template.labels());
    podLabels.putAll(labels);
    return new JobBuilder()
        .withNewMetadata()
        .withName(
            JobNames.of(
                name,
                compression.getMetadata().getUid(),
                pod.run(),
                pod.trial(),
                pod.step(),
                pod.attempt()))
        .withNamespace(compression.getMetadata().getNamespace())
        .withLabels(jobLabels)
        .withOwnerReferences(owner(compression))
        .endMetadata()
        .withNewSpec()
        // Attempts are the planner's to count, not the Job controller's.
        .withBackoffLimit(0)
        // A lost pod is replaced only once it is known to have ended: never two at work.
        .withPodReplacementPolicy("Failed")
        .withActiveDeadlineSeconds(pod.timeout().toSeconds())
        .withTtlSecondsAfterFinished(seconds(settings.jobTtl()))
        .withPodFailurePolicy(failurePolicy())
        .withNewTemplate()
        .withNewMetadata()
        .withLabels(podLabels)
        .withAnnotations(template.annotations())
        .endMetadata()
        .withSpec(podSpec(pod, template, settings))
        .endTemplate()
        .endSpec()
        .build();
  }

  private static PodTemplate template(ModelCompression compression) {
    return Optional.ofNullable(compression.getSpec().podTemplate()).orElse(PodTemplate.NONE);
  }

  private static OwnerReference owner(ModelCompression compression) {
    return new OwnerReferenceBuilder()
        .withApiVersion(Manifest.API_VERSION)
        .withKind(Manifest.KIND)
        .withName(compression.getMetadata().getName())
        .withUid(compression.getMetadata().getUid())
        .withController(true)
        .withBlockOwnerDeletion(true)
        .build();
  }

  /** The cluster's own disturbances use up no attempt; ends that say all are final at once. */
  private static PodFailurePolicy failurePolicy() {
    Integer[] said =
        java.util.stream.Stream.concat(
                java.util.Arrays.stream(ExitCode.values())
                    .filter(exit -> exit != ExitCode.DONE && !exit.interruption())
                    .map(ExitCode::code),
                NOT_EXECUTABLE.stream())
            .sorted()
            .toArray(Integer[]::new);
    return new PodFailurePolicyBuilder()
        .addNewRule()
        .withAction("Ignore")
        .addNewOnPodCondition()
        .withType("DisruptionTarget")
        .withStatus("True")
        .endOnPodCondition()
        .endRule()
        .addNewRule()
        .withAction("FailJob")
        .withNewOnExitCodes()
        .withContainerName(CONTAINER)
        .withOperator("In")
        .withValues(said)
        .endOnExitCodes()
        .endRule()
        .build();
  }

  private static PodSpec podSpec(AttemptPod pod, PodTemplate template, Settings settings) {
    return new PodSpecBuilder()
        .withRestartPolicy("Never")
        .withAutomountServiceAccountToken(false)
        .withEnableServiceLinks(false)
        .withNewSecurityContext()
        .withRunAsNonRoot(true)
        .withRunAsUser(USER)
        .withRunAsGroup(USER)
        .withFsGroup(USER)
        // Giving each of many files on a claim to the group takes minutes; once is enough.
        .withFsGroupChangePolicy("OnRootMismatch")
        .withNewSeccompProfile()
        .withType("RuntimeDefault")
        .endSeccompProfile()
        .endSecurityContext()
        .withContainers(container(pod, template, settings))
        .withVolumes(Volumes.volumes(pod, template, settings))
        .withNodeSelector(template.nodeSelector().isEmpty() ? null : template.nodeSelector())
        .withTolerations(Placement.tolerations(template))
        .withAffinity(Placement.affinity(template).orElse(null))
        .withPriorityClassName(template.priorityClassName())
        .withServiceAccountName(template.serviceAccountName())
        .withRuntimeClassName(template.runtimeClassName())
        .withImagePullSecrets(Placement.pullSecrets(template))
        .build();
  }

  private static Container container(AttemptPod pod, PodTemplate template, Settings settings) {
    return new ContainerBuilder()
        .withName(CONTAINER)
        .withImage(pod.image())
        .withImagePullPolicy(settings.imagePullPolicy())
        .withArgs(pod.command())
        .withEnv(Environment.of(pod, template))
        .withTerminationMessagePolicy("File")
        .withNewSecurityContext()
        .withAllowPrivilegeEscalation(false)
        .withReadOnlyRootFilesystem(true)
        .withNewCapabilities()
        .withDrop("ALL")
        .endCapabilities()
        .endSecurityContext()
        .withResources(resources(pod, settings))
        .withVolumeMounts(Volumes.mounts(pod, template))
        .build();
  }

  private static ResourceRequirements resources(AttemptPod pod, Settings settings) {
    Map<String, Quantity> requests = quantities(pod.resources().requests());
    Map<String, Quantity> limits = quantities(pod.resources().limits());
    limits.put("memory", Memory.limit(pod.resources(), settings, pod.oomKills()));
    requests.put("memory", Memory.request(pod.resources(), settings, pod.oomKills()));
    limits.putIfAbsent(EPHEMERAL, new Quantity(settings.scratch()));
    // A request as large as the limit would keep steps off nodes with little free disk.
    requests.putIfAbsent(EPHEMERAL, new Quantity("64Mi"));
    return new ResourceRequirementsBuilder().withRequests(requests).withLimits(limits).build();
  }

  private static Map<String, Quantity> quantities(
      Map<String, dev.modelcompression.api.pod.Quantity> amounts) {
    Map<String, Quantity> quantities = new LinkedHashMap<>();
    amounts.forEach((name, amount) -> quantities.put(name, new Quantity(amount.text())));
    return quantities;
  }

  private static int seconds(Duration duration) {
    return Math.toIntExact(duration.toSeconds());
  }
}
