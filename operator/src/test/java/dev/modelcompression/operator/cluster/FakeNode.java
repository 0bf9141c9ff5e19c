package dev.modelcompression.operator.cluster;

import dev.modelcompression.api.ModelCompression;
import dev.modelcompression.api.release.ModelRelease;
import dev.modelcompression.operator.job.Labels;
import dev.modelcompression.operator.observe.Pods;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.fabric8.kubernetes.api.model.batch.v1.JobConditionBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.NonDeletingOperation;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Stands in for the Job controller, the kubelet and the garbage collector of one namespace: makes a
 * pod of each Job, ends it as the test says, and lets what is deleted go. It watches that no
 * attempt of a step ever has two pods at work.
 */
public final class FakeNode implements AutoCloseable {
  private final KubernetesClient client;
  private final String namespace;
  private final Function<Job, Behaviour> behaviour;
  private final ScheduledExecutorService loop = Executors.newSingleThreadScheduledExecutor();
  private final ScheduledFuture<?> work;
  private final List<String> faults = new ArrayList<>();
  private final Map<String, Integer> created = new ConcurrentHashMap<>();

  /** Starts to work. */
  public FakeNode(KubernetesClient client, String namespace, Function<Job, Behaviour> behaviour) {
    this.client = client;
    this.namespace = namespace;
    this.behaviour = behaviour;
    work = loop.scheduleWithFixedDelay(this::tick, 0, 20, TimeUnit.MILLISECONDS);
  }

  /** Pods that were made, by the name of their Job. */
  public Map<String, Integer> podsByJob() {
    return new HashMap<>(created);
  }

  /** What must never be seen and was. */
  public List<String> faults() {
    synchronized (faults) {
      return List.copyOf(faults);
    }
  }

  private void tick() {
    try {
      List<Pod> pods = client.pods().inNamespace(namespace).list().getItems();
      watch(pods);
      List<Job> jobs = client.batch().v1().jobs().inNamespace(namespace).list().getItems();
      Set<String> owners =
          Stream.concat(
                  client
                      .resources(ModelCompression.class)
                      .inNamespace(namespace)
                      .list()
                      .getItems()
                      .stream(),
                  client
                      .resources(ModelRelease.class)
                      .inNamespace(namespace)
                      .list()
                      .getItems()
                      .stream())
              .map(owner -> owner.getMetadata().getUid())
              .collect(Collectors.toSet());
      for (Job job : jobs) {
        if (isOrphan(job, owners)) {
          client.resource(job).withPropagationPolicy(DeletionPropagation.FOREGROUND).delete();
        }
        // Jobs of tests have no owner.
        if (!job.getMetadata().getOwnerReferences().isEmpty()) {
          work(job, pods);
        }
      }
    } catch (KubernetesClientException e) {
      // The test has ended, or another has changed what was read; the next round sees it.
    }
  }

  private static boolean isOrphan(Job job, Set<String> owners) {
    return job.getMetadata().getDeletionTimestamp() == null
        && !job.getMetadata().getOwnerReferences().isEmpty()
        && job.getMetadata().getOwnerReferences().stream()
            .noneMatch(owner -> owners.contains(owner.getUid()));
  }

  private void work(Job job, List<Pod> pods) {
    List<Pod> own =
        pods.stream()
            .filter(
                pod ->
                    pod.getMetadata().getOwnerReferences().stream()
                        .anyMatch(o -> o.getUid().equals(job.getMetadata().getUid())))
            .toList();
    if (job.getMetadata().getDeletionTimestamp() != null) {
      collect(job, own);
      return;
    }
    Optional<Pod> atWork = own.stream().filter(pod -> !Pods.disrupted(pod)).findFirst();
    if (ended(job) || Boolean.TRUE.equals(job.getSpec().getSuspend())) {
      return;
    }
    Behaviour next = behaviour.apply(job);
    if (atWork.isEmpty()) {
      if (Behaviour.REFUSED.equals(next.reason())) {
        tell("Job", job, "FailedCreate", "Error creating: " + next.message());
      } else {
        start(job);
      }
    } else {
      if (next.exitStatus() != null) {
        end(job, atWork.get(), next);
      } else if (next.reason() != null) {
        status(
            atWork.get(),
            "Pending",
            new ContainerStateBuilder().withNewWaiting(next.message(), next.reason()).build());
        if (Behaviour.CREATING.equals(next.reason())) {
          tell("Pod", atWork.get(), "FailedMount", String.valueOf(next.message()));
        }
      }
    }
  }

  /** The pod that a Job controller makes of a Job. */
  public static Pod podOf(Job job) {
    return new PodBuilder()
        .withNewMetadata()
        .withGenerateName(job.getMetadata().getName() + "-")
        .withNamespace(job.getMetadata().getNamespace())
        .withLabels(job.getSpec().getTemplate().getMetadata().getLabels())
        .addToLabels("batch.kubernetes.io/job-name", job.getMetadata().getName())
        .addNewOwnerReference()
        .withApiVersion("batch/v1")
        .withKind("Job")
        .withName(job.getMetadata().getName())
        .withUid(job.getMetadata().getUid())
        .withController(true)
        .withBlockOwnerDeletion(true)
        .endOwnerReference()
        .endMetadata()
        .withSpec(job.getSpec().getTemplate().getSpec())
        .build();
  }

  private void start(Job job) {
    Pod made = client.resource(podOf(job)).create();
    created.merge(job.getMetadata().getName(), 1, Integer::sum);
    status(made, "Running", new ContainerStateBuilder().withNewRunning(now()).build());
  }

  /** Tells what goes wrong, as the Job controller and the kubelet do it. */
  private void tell(String kind, HasMetadata about, String reason, String message) {
    Event event =
        new EventBuilder()
            .withNewMetadata()
            .withName(about.getMetadata().getName() + ".refused")
            .withNamespace(namespace)
            .endMetadata()
            .withNewInvolvedObject()
            .withKind(kind)
            .withNamespace(namespace)
            .withName(about.getMetadata().getName())
            .withUid(about.getMetadata().getUid())
            .endInvolvedObject()
            .withType("Warning")
            .withReason(reason)
            .withMessage(message)
            .withLastTimestamp(now())
            .build();
    client.resource(event).createOr(NonDeletingOperation::update);
  }

  /** Takes the pod of a Job away, as an eviction does; the Job makes another one. */
  public void evict(Job job) {
    Await.until("the pod of " + job.getMetadata().getName() + " is evicted", () -> tryToEvict(job));
  }

  private boolean tryToEvict(Job job) {
    Optional<Pod> running =
        client
            .pods()
            .inNamespace(namespace)
            .withLabel("batch.kubernetes.io/job-name", job.getMetadata().getName())
            .list()
            .getItems()
            .stream()
            .filter(pod -> "Running".equals(pod.getStatus().getPhase()))
            .findFirst();
    running.ifPresent(
        pod ->
            client
                .pods()
                .resource(pod)
                .subresource("status")
                .patch(
                    PatchContext.of(PatchType.JSON_MERGE),
                    """
                    {"status": {"phase": "Failed", "reason": "Evicted", "conditions": [
                      {"type": "DisruptionTarget", "status": "True", "reason": "EvictionByEvictionAPI"}]}}
                    """));
    return running.isPresent();
  }

  private void end(Job job, Pod pod, Behaviour end) {
    int exit = java.util.Objects.requireNonNull(end.exitStatus());
    status(
        pod,
        exit == 0 ? "Succeeded" : "Failed",
        new ContainerStateBuilder()
            .withNewTerminated()
            .withExitCode(exit)
            .withReason(end.reason())
            .withMessage(end.message())
            .withFinishedAt(now())
            .endTerminated()
            .build());
    finish(
        job,
        exit == 0 ? "Complete" : "Failed",
        exit == 0 ? "CompletionsReached" : "PodFailurePolicy");
  }

  /** Lets a Job end, as the Job controller tells it. */
  public void finish(Job job, String type, String reason) {
    boolean complete = type.equals("Complete");
    List<JobCondition> conditions =
        List.of(
            condition(complete ? "SuccessCriteriaMet" : "FailureTarget", reason),
            condition(type, reason));
    Job current = client.resource(job).get();
    current.setStatus(
        new JobStatusBuilder()
            .withStartTime(job.getMetadata().getCreationTimestamp())
            .withCompletionTime(complete ? now() : null)
            .withSucceeded(complete ? 1 : null)
            .withFailed(complete ? null : 1)
            .withConditions(conditions)
            .build());
    client.resource(current).updateStatus();
  }

  private static JobCondition condition(String type, String reason) {
    return new JobConditionBuilder()
        .withType(type)
        .withStatus("True")
        .withReason(reason)
        .withLastTransitionTime(now())
        .withLastProbeTime(now())
        .build();
  }

  /** What the garbage collector and the kubelet do with a Job on its way out. */
  private void collect(Job job, List<Pod> own) {
    if (!own.isEmpty()) {
      own.forEach(pod -> client.resource(pod).withGracePeriod(0).delete());
      return;
    }
    client
        .resource(job)
        .edit(
            found -> {
              found.getMetadata().setFinalizers(List.of());
              return found;
            });
  }

  private void status(Pod pod, String phase, ContainerState state) {
    Pod current = client.resource(pod).get();
    current.setStatus(
        new io.fabric8.kubernetes.api.model.PodStatusBuilder()
            .withPhase(phase)
            .withStartTime(now())
            .addNewCondition()
            .withType("PodScheduled")
            .withStatus("True")
            .withLastTransitionTime(pod.getMetadata().getCreationTimestamp())
            .endCondition()
            .addNewContainerStatus()
            .withName("step")
            .withImage("image")
            .withImageID("image")
            .withReady(false)
            .withRestartCount(0)
            .withState(state)
            .endContainerStatus()
            .build());
    client.resource(current).updateStatus();
  }

  private void watch(List<Pod> pods) {
    Map<String, List<String>> atWork = new HashMap<>();
    for (Pod pod : pods) {
      Map<String, String> labels = pod.getMetadata().getLabels();
      String phase = pod.getStatus().getPhase();
      if (labels.containsKey(Labels.STEP)
          && !"Succeeded".equals(phase)
          && !"Failed".equals(phase)) {
        atWork
            .computeIfAbsent(
                labels.get(Labels.NAME)
                    + "/"
                    + labels.get(Labels.TRIAL)
                    + "/"
                    + labels.get(Labels.STEP),
                key -> new ArrayList<>())
            .add(pod.getMetadata().getName());
      }
    }
    atWork.forEach(
        (step, names) -> {
          if (names.size() > 1) {
            synchronized (faults) {
              faults.add(step + ": " + names);
            }
          }
        });
  }

  private static boolean ended(Job job) {
    return job.getStatus() != null
        && job.getStatus().getConditions() != null
        && job.getStatus().getConditions().stream()
            .anyMatch(c -> c.getType().equals("Complete") || c.getType().equals("Failed"));
  }

  private static String now() {
    return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
  }

  @Override
  public void close() {
    work.cancel(true);
    loop.shutdownNow();
  }
}
