package dev.modelcompression.operator.bench;

import dev.modelcompression.operator.cluster.Behaviour;
import dev.modelcompression.operator.cluster.FakeNode;
import dev.modelcompression.operator.cluster.Scene;
import dev.modelcompression.operator.job.Labels;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.fabric8.kubernetes.api.model.batch.v1.JobConditionBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Job controller, scheduler and kubelet of the whole cluster, by watches: makes the pod of each
 * Job, lets it run and end with a sound result, in the five writes that the real ones need for it.
 */
final class PretendedJobs implements AutoCloseable {
  private static final int THREADS = 8;

  private final KubernetesClient client;
  private final Duration work;
  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
  private final AtomicInteger failures = new AtomicInteger();
  private final SharedIndexInformer<Job> informer;

  /**
   * Starts.
   *
   * @param work how long a pod runs
   */
  PretendedJobs(KubernetesClient client, Duration work) {
    this.client = client;
    this.work = work;
    informer =
        client
            .batch()
            .v1()
            .jobs()
            .inAnyNamespace()
            .withLabelSelector(Labels.SELECTOR)
            .inform(
                new ResourceEventHandler<>() {
                  @Override
                  public void onAdd(Job job) {
                    if (job.getStatus() == null || job.getStatus().getStartTime() == null) {
                      threads.execute(() -> start(job));
                    }
                  }

                  @Override
                  public void onUpdate(Job before, Job after) {}

                  @Override
                  public void onDelete(Job job, boolean finalStateUnknown) {}
                });
  }

  /** Jobs that could not be played to the end. */
  int failures() {
    return failures.get();
  }

  private void start(Job job) {
    try {
      Pod pod = client.resource(FakeNode.podOf(job)).create();
      job.setStatus(new JobStatusBuilder().withStartTime(now()).withActive(1).withReady(0).build());
      Job started = client.resource(job).updateStatus();
      Pod running = status(pod, "Running", state -> state.withNewRunning(now()));
      CompletableFuture.delayedExecutor(work.toMillis(), TimeUnit.MILLISECONDS, threads)
          .execute(() -> end(started, running));
    } catch (KubernetesClientException e) {
      failed(job, e);
    }
  }

  private void end(Job job, Pod pod) {
    try {
      Behaviour result = Behaviour.sound(job, Scene.GOOD);
      status(
          pod,
          "Succeeded",
          state ->
              state
                  .withNewTerminated()
                  .withExitCode(0)
                  .withReason("Completed")
                  .withMessage(result.message())
                  .withFinishedAt(now())
                  .endTerminated());
      job.setStatus(
          new JobStatusBuilder()
              .withStartTime(job.getStatus().getStartTime())
              .withCompletionTime(now())
              .withSucceeded(1)
              .withConditions(List.of(condition("SuccessCriteriaMet"), condition("Complete")))
              .build());
      client.resource(job).updateStatus();
    } catch (KubernetesClientException e) {
      failed(job, e);
    }
  }

  private void failed(Job job, KubernetesClientException e) {
    failures.incrementAndGet();
    System.err.println(job.getMetadata().getName() + ": " + e.getMessage());
  }

  private Pod status(
      Pod pod,
      String phase,
      java.util.function.Function<ContainerStateBuilder, ContainerStateBuilder> state) {
    ContainerState container = state.apply(new ContainerStateBuilder()).build();
    pod.setStatus(
        new PodStatusBuilder()
            .withPhase(phase)
            .withStartTime(now())
            .addNewContainerStatus()
            .withName("step")
            .withImage("image")
            .withImageID("image")
            .withReady(phase.equals("Running"))
            .withRestartCount(0)
            .withState(container)
            .endContainerStatus()
            .build());
    return client.resource(pod).updateStatus();
  }

  private static JobCondition condition(String type) {
    return new JobConditionBuilder()
        .withType(type)
        .withStatus("True")
        .withReason("CompletionsReached")
        .withLastTransitionTime(now())
        .withLastProbeTime(now())
        .build();
  }

  private static String now() {
    return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
  }

  @Override
  public void close() {
    informer.close();
    threads.shutdownNow();
  }
}
