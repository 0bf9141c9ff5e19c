package dev.modelcompression.operator.job;

import dev.modelcompression.api.pod.PodTemplate;
import dev.modelcompression.api.pod.Resources;
import dev.modelcompression.operator.Settings;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import java.util.LinkedHashMap;
import java.util.Map;

/** What all pods that the operator makes have in common: no rights, and what the user wishes. */
public final class PodShape {
  /** Nodes that our own images can run on: kubelets set these labels by themselves. */
  private static final Map<String, String> NODES =
      Map.of("kubernetes.io/os", "linux", "kubernetes.io/arch", "amd64");

  private PodShape() {}

  /**
   * A pod without containers and volumes.
   *
   * @param field where the template stands, for what is said of it
   * @param ours whether a container of it runs one of our images
   * @throws IllegalArgumentException its affinity is none
   */
  public static PodSpecBuilder pod(
      PodTemplate template, String field, boolean ours, Settings settings) {
    return new PodSpecBuilder()
        .withAutomountServiceAccountToken(false)
        .withEnableServiceLinks(false)
        .withNewSecurityContext()
        .withRunAsNonRoot(true)
        .withRunAsUser(settings.runAsUser())
        .withRunAsGroup(settings.runAsUser())
        .withFsGroup(settings.runAsUser())
        // Giving each of many files on a claim to the group takes minutes; once is enough.
        .withFsGroupChangePolicy("OnRootMismatch")
        .withNewSeccompProfile()
        .withType("RuntimeDefault")
        .endSeccompProfile()
        .endSecurityContext()
        .withNodeSelector(Placement.nodes(template, ours ? NODES : Map.of()))
        .withTolerations(Placement.tolerations(template))
        .withAffinity(Placement.affinity(template, field).orElse(null))
        .withPriorityClassName(template.priorityClassName())
        .withServiceAccountName(template.serviceAccountName())
        .withRuntimeClassName(template.runtimeClassName())
        .withImagePullSecrets(Placement.pullSecrets(template, settings.imagePullSecrets()));
  }

  /** A container that can write to mounted folders alone. */
  public static ContainerBuilder container(String name, String image) {
    return new ContainerBuilder()
        .withName(name)
        .withImage(image)
        .withTerminationMessagePolicy("File")
        .withNewSecurityContext()
        .withAllowPrivilegeEscalation(false)
        .withReadOnlyRootFilesystem(true)
        .withNewCapabilities()
        .withDrop("ALL")
        .endCapabilities()
        .endSecurityContext();
  }

  /**
   * What a container gets: always bounds of memory and disk, and some cpu.
   *
   * @param cpu requested where nothing is said about cpu: a quota would refuse a pod without
   * @param oomKills how often it was killed for want of memory before
   */
  public static ResourceRequirements resources(
      Resources resources, Quantity cpu, Settings settings, int oomKills) {
    Map<String, Quantity> requests = quantities(resources.requests());
    Map<String, Quantity> limits = quantities(resources.limits());
    limits.put("memory", Memory.limit(resources, settings, oomKills));
    requests.put("memory", Memory.request(resources, settings, oomKills));
    limits.put(Scratch.NAME, Scratch.limit(resources, settings));
    requests.put(Scratch.NAME, Scratch.request(resources, settings));
    if (!limits.containsKey(Threads.CPU)) {
      requests.putIfAbsent(Threads.CPU, cpu);
    }
    return new ResourceRequirementsBuilder().withRequests(requests).withLimits(limits).build();
  }

  /**
   * Resources of a pod that asks, fetches or writes for a moment: it must find room beside what it
   * is about, also on a node that is nearly full.
   */
  public static ResourceRequirements light(Settings settings) {
    Map<String, Quantity> requests = new LinkedHashMap<>();
    requests.put(Threads.CPU, new Quantity("100m"));
    requests.put("memory", new Quantity("256Mi"));
    requests.put(Scratch.NAME, Scratch.request(Resources.NONE, settings));
    Map<String, Quantity> limits = new LinkedHashMap<>();
    limits.put("memory", Memory.limit(Resources.NONE, settings, 0));
    limits.put(Scratch.NAME, Scratch.limit(Resources.NONE, settings));
    return new ResourceRequirementsBuilder().withRequests(requests).withLimits(limits).build();
  }

  private static Map<String, Quantity> quantities(
      Map<String, dev.modelcompression.api.pod.Quantity> amounts) {
    Map<String, Quantity> quantities = new LinkedHashMap<>();
    amounts.forEach((name, amount) -> quantities.put(name, new Quantity(amount.text())));
    return quantities;
  }
}
