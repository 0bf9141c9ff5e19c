package dev.modelcompression.operator.job;

import dev.modelcompression.api.pod.PodTemplate;
import dev.modelcompression.api.pod.Volume;
import dev.modelcompression.contract.ClaimUri;
import dev.modelcompression.operator.Settings;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.util.ArrayList;
import java.util.List;

/** Volumes of a step's pod, and where its container sees them. */
final class Volumes {
  /** The one folder, besides claims, that a step may write to. */
  static final String SCRATCH = "/scratch";

  private static final String OURS = "mc-";

  private Volumes() {}

  static List<io.fabric8.kubernetes.api.model.Volume> volumes(
      AttemptPod pod, PodTemplate template, Settings settings) {
    List<io.fabric8.kubernetes.api.model.Volume> volumes = new ArrayList<>();
    volumes.add(
        new VolumeBuilder()
            .withName(OURS + "scratch")
            .withNewEmptyDir()
            .withSizeLimit(new Quantity(settings.scratch()))
            .endEmptyDir()
            .build());
    int number = 0;
    for (var claim : pod.claims().entrySet()) {
      volumes.add(
          new VolumeBuilder()
              .withName(OURS + "claim-" + ++number)
              .withNewPersistentVolumeClaim(claim.getKey(), claim.getValue())
              .build());
    }
    template.volumes().forEach(volume -> volumes.add(volume(volume)));
    return volumes;
  }

  static List<VolumeMount> mounts(AttemptPod pod, PodTemplate template) {
    List<VolumeMount> mounts = new ArrayList<>();
    mounts.add(new VolumeMountBuilder().withName(OURS + "scratch").withMountPath(SCRATCH).build());
    int number = 0;
    for (var claim : pod.claims().entrySet()) {
      mounts.add(
          new VolumeMountBuilder()
              .withName(OURS + "claim-" + ++number)
              .withMountPath(ClaimUri.MOUNT_ROOT + "/" + claim.getKey())
              .withReadOnly(claim.getValue())
              .build());
    }
    template
        .volumeMounts()
        .forEach(
            mount ->
                mounts.add(
                    new VolumeMountBuilder()
                        .withName(mount.name())
                        .withMountPath(mount.mountPath())
                        .withSubPath(mount.subPath())
                        .withReadOnly(mount.readOnly())
                        .build()));
    return mounts;
  }

  private static io.fabric8.kubernetes.api.model.Volume volume(Volume volume) {
    VolumeBuilder builder = new VolumeBuilder().withName(volume.name());
    Volume.Claim claim = volume.persistentVolumeClaim();
    if (claim != null) {
      builder.withNewPersistentVolumeClaim(claim.claimName(), claim.readOnly());
    }
    if (volume.configMap() != null) {
      builder.withNewConfigMap().withName(volume.configMap().name()).endConfigMap();
    }
    if (volume.secret() != null) {
      builder.withNewSecret().withSecretName(volume.secret().secretName()).endSecret();
    }
    Volume.EmptyDir empty = volume.emptyDir();
    if (empty != null) {
      builder
          .withNewEmptyDir()
          .withMedium(empty.medium() == Volume.Medium.MEMORY ? "Memory" : null)
          .withSizeLimit(empty.sizeLimit() == null ? null : new Quantity(empty.sizeLimit().text()))
          .endEmptyDir();
    }
    return builder.build();
  }
}
