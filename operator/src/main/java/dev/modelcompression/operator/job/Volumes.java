package dev.modelcompression.operator.job;

import dev.modelcompression.api.pod.PodTemplate;
import dev.modelcompression.api.pod.Volume;
import dev.modelcompression.contract.ClaimUri;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Volumes of a pod, and where its containers see them. */
public final class Volumes {
  /** The one folder, besides claims, that a container may write to. */
  public static final String SCRATCH = "/scratch";

  /** What names of our own volumes begin with; a user's cannot. */
  public static final String OURS = "mc-";

  private Volumes() {}

  /** Claims that the URIs name, to be read only; more can be added. */
  public static Map<String, Boolean> claims(Collection<String> uris) {
    Map<String, Boolean> claims = new TreeMap<>();
    for (String uri : uris) {
      if (ClaimUri.matches(uri)) {
        claims.put(ClaimUri.parse(uri).claim(), true);
      }
    }
    return claims;
  }

  /**
   * The volumes of a pod; more can be added.
   *
   * @param scratch size of the folder that may be written to
   * @param claims claims by name: whether they are only read
   */
  public static List<io.fabric8.kubernetes.api.model.Volume> volumes(
      Quantity scratch, Map<String, Boolean> claims, PodTemplate template) {
    List<io.fabric8.kubernetes.api.model.Volume> volumes = new ArrayList<>();
    volumes.add(
        new VolumeBuilder()
            .withName(OURS + "scratch")
            .withNewEmptyDir()
            .withSizeLimit(scratch)
            .endEmptyDir()
            .build());
    int number = 0;
    for (var claim : claims.entrySet()) {
      volumes.add(
          new VolumeBuilder()
              .withName(OURS + "claim-" + ++number)
              .withNewPersistentVolumeClaim(claim.getKey(), claim.getValue())
              .build());
    }
    template.volumes().forEach(volume -> volumes.add(volume(volume)));
    return volumes;
  }

  /** The same as seen by a container; more can be added. */
  public static List<VolumeMount> mounts(Map<String, Boolean> claims, PodTemplate template) {
    List<VolumeMount> mounts = new ArrayList<>();
    mounts.add(new VolumeMountBuilder().withName(OURS + "scratch").withMountPath(SCRATCH).build());
    int number = 0;
    for (var claim : claims.entrySet()) {
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
