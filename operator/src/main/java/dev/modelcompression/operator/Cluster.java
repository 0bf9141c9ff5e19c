package dev.modelcompression.operator;

import com.fasterxml.jackson.databind.JsonNode;
import dev.modelcompression.api.ModelCompression;
import dev.modelcompression.api.release.ModelRelease;
import dev.modelcompression.operator.decide.Begun;
import dev.modelcompression.operator.decide.Course;
import dev.modelcompression.operator.job.Labels;
import dev.modelcompression.operator.job.StepJobs;
import dev.modelcompression.operator.observe.JobObserver;
import dev.modelcompression.operator.observe.ObservedJob;
import dev.modelcompression.operator.observe.Pods;
import dev.modelcompression.operator.observe.Refusals;
import io.fabric8.kubernetes.api.model.DeleteOptions;
import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Reads that caches cannot answer, and the writes to Jobs. */
final class Cluster {
  /** What the API server answers to an object that it finds wrong. */
  static final int UNPROCESSABLE = 422;

  private static final String JOB_LABEL = "batch.kubernetes.io/job-name";

  private static final PatchContext APPLY =
      new PatchContext.Builder()
          .withPatchType(PatchType.SERVER_SIDE_APPLY)
          .withFieldManager(Labels.OPERATOR)
          .withForce(true)
          .build();

  private final KubernetesClient client;

  Cluster(KubernetesClient client) {
    this.client = client;
  }

  /** All pods of a Job, from the API server. */
  List<Pod> pods(String namespace, String job) {
    return client.pods().inNamespace(namespace).withLabel(JOB_LABEL, job).list().getItems();
  }

  /** Why nothing comes of a Job or of a pod, where that is known. */
  Optional<Refusals.Refusal> refusal(String namespace, String uid) {
    return Refusals.among(
        client
            .v1()
            .events()
            .inNamespace(namespace)
            .withField("involvedObject.uid", uid)
            .list()
            .getItems());
  }

  /**
   * Deletes Jobs, as long as all is still as it was when that was decided: to an old spec, Jobs of
   * a newer run look superseded, and a Job that has ended meanwhile is kept for its logs.
   *
   * @return whether they are deleted; if not, the caches are behind
   */
  boolean delete(ModelCompression compression, List<ObservedJob> jobs) {
    return jobs.isEmpty()
        || (isNewestSpec(compression)
            && jobs.stream()
                .map(job -> delete(namespace(compression), job.name(), job.version(), job.uid()))
                .reduce(true, Boolean::logicalAnd));
  }

  private static String namespace(ModelCompression compression) {
    return compression.getMetadata().getNamespace();
  }

  private boolean isNewestSpec(ModelCompression compression) {
    ModelCompression found = client.resource(compression).get();
    return found != null
        && found.getMetadata().getUid().equals(compression.getMetadata().getUid())
        && found.getMetadata().getGeneration().equals(compression.getMetadata().getGeneration());
  }

  /** The Job stays until its pods have gone: nobody can take its name while one may be at work. */
  private boolean delete(String namespace, String name, String version, String uid) {
    DeleteOptions options =
        new DeleteOptionsBuilder()
            .withPropagationPolicy(DeletionPropagation.FOREGROUND.toString())
            .withNewPreconditions(version, uid)
            .build();
    String path = "/apis/batch/v1/namespaces/%s/jobs/%s".formatted(namespace, name);
    try {
      client.raw(path, "DELETE", options);
      return true;
    } catch (KubernetesClientException e) {
      return switch (e.getCode()) {
        case HttpURLConnection.HTTP_NOT_FOUND -> true;
        case HttpURLConnection.HTTP_CONFLICT -> false;
        default -> throw e;
      };
    }
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
        case HttpURLConnection.HTTP_CONFLICT -> existing(compression, job);
        case HttpURLConnection.HTTP_FORBIDDEN -> new Begun.Refused(Refusals.of(message(e)));
        case UNPROCESSABLE, HttpURLConnection.HTTP_BAD_REQUEST ->
            new Begun.Invalid(Refusals.of(message(e)).message());
        default -> throw e;
      };
    }
  }

  private Begun existing(ModelCompression compression, Job wanted) {
    String name = wanted.getMetadata().getName();
    Job found = client.resource(wanted).get();
    if (found == null) {
      return new Begun.InTheWay("Job " + name);
    }
    var metadata = found.getMetadata();
    boolean ours =
        metadata.getOwnerReferences().stream()
            .anyMatch(owner -> compression.getMetadata().getUid().equals(owner.getUid()));
    if (!ours) {
      return new Begun.Foreign(name);
    }
    if (metadata.getDeletionTimestamp() != null) {
      return new Begun.InTheWay("Job " + name);
    }
    if (!isWatched(wanted, found)) {
      delete(metadata.getNamespace(), name, metadata.getResourceVersion(), metadata.getUid());
      return new Begun.InTheWay("Job %s, whose labels somebody has changed,".formatted(name));
    }
    return new Begun.Job(name, metadata.getCreationTimestamp());
  }

  /** Whether it has the labels that it was made with: by them it is found, and known for what. */
  private static boolean isWatched(Job wanted, Job found) {
    Map<String, String> labels =
        Objects.requireNonNullElse(found.getMetadata().getLabels(), Map.of());
    return wanted.getMetadata().getLabels().entrySet().stream()
        .filter(label -> !label.getKey().equals(Labels.QUEUE))
        .allMatch(label -> label.getValue().equals(labels.get(label.getKey())));
  }

  private boolean anyAtWork(String namespace, String job) {
    return pods(namespace, job).stream()
        .filter(pod -> Labels.OPERATOR.equals(pod.getMetadata().getLabels().get(Labels.MANAGED_BY)))
        .anyMatch(pod -> !Pods.ended(pod));
  }

  /** The live release of that name, whoever made it. */
  Optional<ModelRelease> release(ModelRelease wanted) {
    return Optional.ofNullable(client.resource(wanted).get());
  }

  /**
   * Makes or updates the release of a compression, where the live one asks for something else: as
   * long as both are still as they were, for the next leader may have finished a newer run.
   *
   * @return whether it is as wanted; if not, the caches are behind
   */
  boolean keepRelease(
      ModelCompression compression, ModelRelease wanted, Optional<ModelRelease> live) {
    if (live.map(ModelRelease::getSpec).filter(wanted.getSpec()::equals).isPresent()) {
      return true;
    }
    if (!isNewestSpec(compression)) {
      return false;
    }
    live.ifPresent(
        found -> wanted.getMetadata().setResourceVersion(found.getMetadata().getResourceVersion()));
    try {
      client.resource(wanted).patch(APPLY);
      return true;
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
        return false;
      }
      throw e;
    }
  }

  /** All of a compression, also what does not fit its type. Empty when it is gone. */
  Optional<JsonNode> json(ModelCompression compression) {
    return Unreadable.find(client, compression)
        .map(all -> client.getKubernetesSerialization().convertValue(all, JsonNode.class));
  }

  /** A Job as a fresh look at its pods shows it. Empty when both are gone. */
  Optional<ObservedJob> read(Job job) {
    List<Pod> pods = pods(job.getMetadata().getNamespace(), job.getMetadata().getName());
    return pods.isEmpty() && isGone(job) ? Optional.empty() : JobObserver.observe(job, pods, true);
  }

  private boolean isGone(Job job) {
    Job found = client.resource(job).get();
    return found == null
        || found.getMetadata().getDeletionTimestamp() != null
        || !found.getMetadata().getUid().equals(job.getMetadata().getUid());
  }

  private static String message(KubernetesClientException e) {
    return e.getStatus() == null || e.getStatus().getMessage() == null
        ? Objects.requireNonNullElse(e.getMessage(), "refused")
        : e.getStatus().getMessage();
  }
}
