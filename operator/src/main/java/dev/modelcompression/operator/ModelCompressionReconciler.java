package dev.modelcompression.operator;

import dev.modelcompression.api.ModelCompression;
import dev.modelcompression.api.status.ModelCompressionStatus;
import dev.modelcompression.operator.decide.Begun;
import dev.modelcompression.operator.decide.Course;
import dev.modelcompression.operator.decide.Decider;
import dev.modelcompression.operator.decide.Standing;
import dev.modelcompression.operator.decide.Statuses;
import dev.modelcompression.operator.job.Labels;
import dev.modelcompression.operator.observe.JobFacts;
import dev.modelcompression.operator.observe.JobObserver;
import dev.modelcompression.operator.observe.ObservedJob;
import dev.modelcompression.operator.observe.Pods;
import dev.modelcompression.operator.report.RunMetrics;
import dev.modelcompression.operator.report.StatusReport;
import dev.modelcompression.operator.report.Transitions;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.MaxReconciliationInterval;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Drives one {@link ModelCompression} to its end: observe, decide, act, report.
 *
 * <p>Keeps no state that is not in the cluster: what has ended is in the status, what runs is in
 * Jobs, and both are named so that nothing is started twice. A restart goes on where it was.
 */
@ControllerConfiguration(
    name = ModelCompressionReconciler.NAME,
    // An event that was lost, by a bug of a cache or a watch, costs at most this time.
    maxReconciliationInterval =
        @MaxReconciliationInterval(interval = 10, timeUnit = TimeUnit.MINUTES))
// Endless: after the five attempts of the default, 26 s in all, a compression would stay as it is
// for ever.
@GradualRetry(
    maxAttempts = Integer.MAX_VALUE,
    initialInterval = 500,
    intervalMultiplier = 2,
    maxInterval = 60_000)
public class ModelCompressionReconciler implements Reconciler<ModelCompression> {
  /** Name of the controller. */
  public static final String NAME = "modelcompression";

  /** How soon to look again when another has written the status meanwhile. */
  private static final Duration AFTER_CONFLICT = Duration.ofMillis(200);

  private final KubernetesClient client;
  private final Cluster cluster;
  private final EventWriter events;
  private final OwnWrites ownWrites = new OwnWrites();
  private final Settings settings;
  private final RunMetrics metrics;
  private final Clock clock;

  /**
   * A reconciler.
   *
   * @param metrics told of everything that ends
   */
  public ModelCompressionReconciler(
      KubernetesClient client, Settings settings, RunMetrics metrics, Clock clock) {
    this.client = client;
    this.cluster = new Cluster(client);
    this.events = new EventWriter(client);
    this.settings = settings;
    this.metrics = metrics;
    this.clock = clock;
  }

  @Override
  public List<EventSource<?, ModelCompression>> prepareEventSources(
      EventSourceContext<ModelCompression> context) {
    // Only what carries our label is watched: a cluster's other Jobs and pods are many.
    var jobs =
        InformerEventSourceConfiguration.from(Job.class, ModelCompression.class)
            .withLabelSelector(Labels.SELECTOR)
            .withOnUpdateFilter((now, before) -> !JobFacts.of(now).equals(JobFacts.of(before)))
            .build();
    var pods =
        InformerEventSourceConfiguration.from(Pod.class, ModelCompression.class)
            .withLabelSelector(Labels.SELECTOR)
            .withSecondaryToPrimaryMapper(ModelCompressionReconciler::compression)
            .withOnAddFilter(pod -> !Pods.facts(pod).equals(Pods.NOTHING))
            .withOnUpdateFilter((now, before) -> !Pods.facts(now).equals(Pods.facts(before)))
            .build();
    return List.of(
        new InformerEventSource<>(jobs, context), new InformerEventSource<>(pods, context));
  }

  /** Pods belong to Jobs; their label leads to the compression. */
  private static Set<ResourceID> compression(Pod pod) {
    Map<String, String> labels = pod.getMetadata().getLabels();
    return Optional.ofNullable(labels)
        .map(all -> all.get(Labels.NAME))
        .map(name -> Set.of(new ResourceID(name, pod.getMetadata().getNamespace())))
        .orElse(Set.of());
  }

  @Override
  public UpdateControl<ModelCompression> reconcile(
      ModelCompression compression, Context<ModelCompression> context) {
    if (ownWrites.isBehind(compression)) {
      return UpdateControl.<ModelCompression>noUpdate().rescheduleAfter(AFTER_CONFLICT);
    }
    Instant now = clock.instant();
    List<ObservedJob> jobs = observe(compression, context, now);
    Course course = Decider.decide(compression, jobs, settings, now);
    Standing standing = act(compression, course, now);
    ModelCompressionStatus before = Statuses.of(compression);
    ModelCompressionStatus after =
        StatusReport.of(before, course, standing, compression.getMetadata().getGeneration(), now);
    if (!after.equals(before) && !report(compression, before, after, now)) {
      return UpdateControl.<ModelCompression>noUpdate().rescheduleAfter(AFTER_CONFLICT);
    }
    Optional<Duration> timeToLive = Decider.timeToLive(compression, after, now);
    if (timeToLive.filter(Duration::isZero).isPresent()) {
      expire(compression);
      return UpdateControl.noUpdate();
    }
    UpdateControl<ModelCompression> done = UpdateControl.noUpdate();
    return standing.again().or(() -> timeToLive).map(done::rescheduleAfter).orElse(done);
  }

  private List<ObservedJob> observe(
      ModelCompression compression, Context<ModelCompression> context, Instant now) {
    List<Pod> pods = context.getSecondaryResourcesAsStream(Pod.class).toList();
    String uid = compression.getMetadata().getUid();
    List<ObservedJob> observed = new ArrayList<>();
    context
        .getSecondaryResourcesAsStream(Job.class)
        .filter(
            job ->
                job.getMetadata().getOwnerReferences().stream()
                    .anyMatch(owner -> uid.equals(owner.getUid())))
        .forEach(job -> observe(job, pods, now).ifPresent(observed::add));
    return observed;
  }

  private Optional<ObservedJob> observe(Job job, List<Pod> pods, Instant now) {
    Optional<ObservedJob> seen = JobObserver.observe(job, pods, false);
    if (seen.filter(s -> s.state() == ObservedJob.State.UNREAD).isPresent()) {
      return cluster.read(job);
    }
    if (seen.filter(ObservedJob::idle).isPresent() && isOld(job, now)) {
      return seen.map(
          idle ->
              cluster
                  .refusal(job.getMetadata().getNamespace(), idle)
                  .map(refusal -> idle.waiting(refusal.reason(), refusal.message()))
                  .orElse(idle));
    }
    return seen;
  }

  /** A clock that is off makes the operator ask too early or too late, and does nothing else. */
  private boolean isOld(Job job, Instant now) {
    Instant created = Instant.parse(job.getMetadata().getCreationTimestamp());
    return !created.plus(settings.noPodGrace()).isAfter(now);
  }

  private Standing act(ModelCompression compression, Course course, Instant now) {
    course.delete().forEach(job -> cluster.delete(compression.getMetadata().getNamespace(), job));
    if (course.start().isEmpty()) {
      return course.standing();
    }
    Begun begun = cluster.start(compression, course.start().get(), settings);
    return begun.settle(course, settings, now);
  }

  /** Writes the status. Whether it could: another may have written since this one was read. */
  private boolean report(
      ModelCompression compression,
      ModelCompressionStatus before,
      ModelCompressionStatus after,
      Instant now) {
    Transitions.between(before, after)
        .forEach(transition -> events.write(compression, transition, now));
    ModelCompression next = new ModelCompression();
    next.setMetadata(compression.getMetadata());
    next.setSpec(compression.getSpec());
    next.setStatus(after);
    try {
      ownWrites.wrote(client.resource(next).updateStatus());
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_CONFLICT
          || e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
        return false;
      }
      throw e;
    }
    metrics.changed(before, after);
    return true;
  }

  private void expire(ModelCompression compression) {
    client.resource(compression).lockResourceVersion().delete();
  }
}
