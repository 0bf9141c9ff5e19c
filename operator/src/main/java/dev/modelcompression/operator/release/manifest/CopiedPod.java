package dev.modelcompression.operator.release.manifest;

import dev.modelcompression.api.ModelSource;
import dev.modelcompression.api.release.ModelRelease;
import dev.modelcompression.contract.ClaimUri;
import dev.modelcompression.operator.job.Environment;
import dev.modelcompression.operator.job.Volumes;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The pod of a user's Deployment, with another model. */
final class CopiedPod {
  private static final String VOLUME = Volumes.OURS + "candidate";

  private final Side candidate;
  private final String oldHex;
  private final Pattern oldUri;
  private boolean found;
  private boolean mounted;

  private CopiedPod(ModelSource baseline, Side candidate) {
    Side old = new Side("", baseline.uri(), String.valueOf(baseline.digest()));
    this.candidate = candidate;
    this.oldHex = old.hex();
    // Not where the uri is only the beginning or the end of another one.
    this.oldUri =
        Pattern.compile("(?<![\\w.+/%-])" + Pattern.quote(old.uri()) + "(?![\\w/%~-]|\\.\\w)");
  }

  static PodSpec of(ModelRelease release, Deployment baseline, Side candidate) {
    ModelSource model =
        Optional.ofNullable(release.getSpec().baseline())
            .orElseThrow(() -> new IllegalArgumentException("spec.baseline: is missing"))
            .model();
    PodSpec theirs = baseline.getSpec().getTemplate().getSpec();
    CopiedPod copy = new CopiedPod(model, candidate);
    PodSpecBuilder pod =
        new PodSpecBuilder(theirs)
            .withInitContainers(theirs.getInitContainers().stream().map(copy::exchanged).toList())
            .withContainers(
                theirs.getContainers().stream()
                    .map(copy::exchanged)
                    .map(CopiedPod::draining)
                    .toList());
    if (!copy.found) {
      throw new IllegalArgumentException(
          "spec.baseline.deployment: '%s' stands in no argument, command or variable of Deployment '%s', so there is nothing to put the candidate's in place of"
              .formatted(model.uri(), baseline.getMetadata().getName()));
    }
    long grace = Optional.ofNullable(theirs.getTerminationGracePeriodSeconds()).orElse(0L);
    pod.withTerminationGracePeriodSeconds(Math.max(grace, ServerPods.GRACE_SECONDS));
    copy.claim()
        .filter(claim -> copy.mounted)
        .ifPresent(
            claim ->
                pod.addToVolumes(
                    new VolumeBuilder()
                        .withName(VOLUME)
                        .withNewPersistentVolumeClaim(claim.claim(), true)
                        .build()));
    return pod.build();
  }

  private Container exchanged(Container container) {
    ContainerBuilder copy =
        new ContainerBuilder(container)
            .withCommand(exchanged(container.getCommand()))
            .withArgs(exchanged(container.getArgs()))
            .withEnv(container.getEnv().stream().map(this::exchanged).toList());
    claim()
        .filter(claim -> needsMount(container, claim))
        .ifPresent(
            claim -> {
              mounted = true;
              copy.addNewVolumeMount()
                  .withName(VOLUME)
                  .withMountPath(claim.mountPath())
                  .withReadOnly(true)
                  .endVolumeMount();
            });
    return copy.build();
  }

  /** Claims are looked for below one folder: where others are there, this one has to be. */
  private static boolean needsMount(Container container, ClaimUri claim) {
    List<String> paths =
        container.getVolumeMounts().stream().map(VolumeMount::getMountPath).toList();
    return paths.stream().anyMatch(path -> path.startsWith(ClaimUri.MOUNT_ROOT + "/"))
        && !paths.contains(claim.mountPath());
  }

  /** The claim that the candidate's model is in. */
  private Optional<ClaimUri> claim() {
    return ClaimUri.matches(candidate.uri())
        ? Optional.of(ClaimUri.parse(candidate.uri()))
        : Optional.empty();
  }

  private List<String> exchanged(List<String> texts) {
    return texts.stream().map(this::exchanged).toList();
  }

  private EnvVar exchanged(EnvVar variable) {
    return variable.getValue() == null
        ? variable
        : new EnvVarBuilder(variable).withValue(exchanged(variable.getValue())).build();
  }

  private String exchanged(String text) {
    // The version that our own server is given beside the digest.
    if (text.equals(oldHex.substring(0, candidate.version().length()))) {
      return candidate.version();
    }
    Matcher uri = oldUri.matcher(text);
    found |= uri.find();
    return uri.replaceAll(Matcher.quoteReplacement(Environment.literal(candidate.uri())))
        .replace(oldHex, candidate.hex());
  }

  /** As gateways go on sending for a while to a pod that is going away. */
  private static Container draining(Container container) {
    if (container.getPorts().isEmpty()
        || (container.getLifecycle() != null && container.getLifecycle().getPreStop() != null)) {
      return container;
    }
    return new ContainerBuilder(container)
        .editOrNewLifecycle()
        .withNewPreStop()
        .withNewSleep(ServerPods.DRAIN.toSeconds())
        .endPreStop()
        .endLifecycle()
        .build();
  }
}
