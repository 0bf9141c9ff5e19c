package dev.modelcompression.operator;

import dev.modelcompression.api.ModelCompression;
import dev.modelcompression.operator.decide.Begun;
import dev.modelcompression.operator.decide.Course;
import dev.modelcompression.operator.job.Labels;
import dev.modelcompression.operator.job.StepJobs;
import dev.modelcompression.operator.observe.JobObserver;
import dev.modelcompression.operator.observe.ObservedJob;
import dev.modelcompression.operator.observe.Pods;
import dev.modelcompression.operator.observe.Refusals;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Reads that caches cannot answer, and the writes to Jobs. */
final class Cluster {
  private static final int UNPROCESSABLE = 422;
  private static final String JOB_LABEL = "batch.kubernetes.io/job-name";

  private final KubernetesClient client;

  Cluster(KubernetesClient client) {
    this.client = client;
  }

  /** All pods of a Job, from the API server. */
  List<Pod> pods(String namespace, String job) {
    return client.pods().inNamespace(namespace).withLabel(JOB_LABEL, job).list().getItems();
  }

  /** Why no pod is made of a Job, where that is known. */
  Optional<Refusals.Refusal> refusal(String namespace, ObservedJob job) {
    return Refusals.among(
        client
            .v1()
            .events()
            .inNamespace(namespace)
            .withField("involvedObject.uid", job.uid())
            .list()
            .getItems());
  }

  /**
   * Deletes a Job, which stays until its pods have gone: nobody can take its name while one of them
   * may be at work.
   */
  void delete(String namespace, ObservedJob job) {
    client
        .batch()
        .v1()
        .jobs()
        .inNamespace(namespace)
        .withName(job.name())
        .withPropagationPolicy(DeletionPropagation.FOREGROUND)
        .delete();
  }

  /** Starts an attempt, or finds that it has been started. Creates only, and changes nothing. */
  Begun start(ModelCompression compression, Course.Start start, Settings settings) {
    Job job = StepJobs.of(compression, start.pod(), settings);
    String namespace = job.getMetadata().getNamespace();
    String name = job.getMetadata().getName();
    if (start.restarted() && anyAtWork(namespace, name)) {
      return new Begun.InTheWay("a pod of the lost Job " + name);
    }
    try {
      Job created = client.batch().v1().jobs().resource(job).create();
      return new Begun.Job(name, created.getMetadata().getCreationTimestamp());
    } catch (KubernetesClientException e) {
      return switch (e.getCode()) {
        case HttpURLConnection.HTTP_CONFLICT -> existing(compression, namespace, name);
        case HttpURLConnection.HTTP_FORBIDDEN -> new Begun.Refused(Refusals.of(message(e)));
        case UNPROCESSABLE, HttpURLConnection.HTTP_BAD_REQUEST ->
            new Begun.Invalid(Refusals.of(message(e)).message());
        default -> throw e;
      };
    }
  }

  private Begun existing(ModelCompression compression, String namespace, String name) {
    Job found = client.batch().v1().jobs().inNamespace(namespace).withName(name).get();
    if (found == null) {
      return new Begun.InTheWay("Job " + name);
    }
    boolean ours =
        found.getMetadata().getOwnerReferences().stream()
            .anyMatch(owner -> compression.getMetadata().getUid().equals(owner.getUid()));
    if (!ours) {
      return new Begun.Foreign(name);
    }
    return found.getMetadata().getDeletionTimestamp() != null
        ? new Begun.InTheWay("Job " + name)
        : new Begun.Job(name, found.getMetadata().getCreationTimestamp());
  }

  private boolean anyAtWork(String namespace, String job) {
    return pods(namespace, job).stream()
        .filter(pod -> Labels.OPERATOR.equals(pod.getMetadata().getLabels().get(Labels.MANAGED_BY)))
        .anyMatch(pod -> !Pods.ended(pod));
  }

  /** A Job as a fresh look at its pods shows it. */
  Optional<ObservedJob> read(Job job) {
    return JobObserver.observe(
        job, pods(job.getMetadata().getNamespace(), job.getMetadata().getName()), true);
  }

  private static String message(KubernetesClientException e) {
    return e.getStatus() == null || e.getStatus().getMessage() == null
        ? Objects.requireNonNullElse(e.getMessage(), "refused")
        : e.getStatus().getMessage();
  }
}
