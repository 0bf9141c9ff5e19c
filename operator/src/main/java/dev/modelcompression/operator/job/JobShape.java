package dev.modelcompression.operator.job;

import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.operator.Settings;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicy;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyBuilder;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** What all Jobs that the operator makes have in common: one pod, which runs once. */
public final class JobShape {
  /** Name of the container that runs the step image. */
  public static final String CONTAINER = "step";

  /** Ends after which another pod of the same Job would end the same way, besides our own codes. */
  private static final List<Integer> NOT_EXECUTABLE = List.of(126, 127);

  private JobShape() {}

  /**
   * A Job.
   *
   * @param metadata its own, without an owner
   * @param owner with which it goes away
   * @param template its pod, with a container named {@value #CONTAINER}
   */
  public static Job of(
      ObjectMeta metadata, HasMetadata owner, PodTemplateSpec template, Settings settings) {
    return new JobBuilder()
        .withNewMetadataLike(metadata)
        .withNamespace(owner.getMetadata().getNamespace())
        .withOwnerReferences(owner(owner))
        .endMetadata()
        .withNewSpec()
        // Attempts are the operator's to count, not the Job controller's.
        .withBackoffLimit(0)
        // A lost pod is replaced only once it is known to have ended: never two at work.
        .withPodReplacementPolicy("Failed")
        .withTtlSecondsAfterFinished(Math.toIntExact(settings.jobTtl().toSeconds()))
        .withPodFailurePolicy(failurePolicy())
        .withTemplate(template)
        .endSpec()
        .build();
  }

  private static OwnerReference owner(HasMetadata owner) {
    return new OwnerReferenceBuilder()
        .withApiVersion(owner.getApiVersion())
        .withKind(owner.getKind())
        .withName(owner.getMetadata().getName())
        .withUid(owner.getMetadata().getUid())
        .withController(true)
        .withBlockOwnerDeletion(true)
        .build();
  }

  /** The cluster's own disturbances use up no attempt; ends that say all are final at once. */
  private static PodFailurePolicy failurePolicy() {
    Integer[] said =
        Stream.concat(
                Arrays.stream(ExitCode.values())
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
}
