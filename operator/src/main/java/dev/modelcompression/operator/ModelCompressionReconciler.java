package dev.modelcompression.operator;

import com.fasterxml.jackson.databind.JsonNode;
import dev.modelcompression.api.ModelCompression;
import dev.modelcompression.api.release.ModelRelease;
import dev.modelcompression.api.status.ModelCompressionStatus;
import dev.modelcompression.api.status.Reason;
import dev.modelcompression.api.status.StepStatus;
import dev.modelcompression.operator.decide.Begun;
import dev.modelcompression.operator.decide.Course;
import dev.modelcompression.operator.decide.Decider;
import dev.modelcompression.operator.decide.Standing;
import dev.modelcompression.operator.decide.Statuses;
import dev.modelcompression.operator.job.JobNames;
import dev.modelcompression.operator.job.Labels;
import dev.modelcompression.operator.observe.JobFacts;
import dev.modelcompression.operator.observe.JobObserver;
import dev.modelcompression.operator.observe.ObservedJob;
import dev.modelcompression.operator.observe.Pods;
import dev.modelcompression.operator.release.ReleaseOfCompression;
import dev.modelcompression.operator.report.RunMetrics;
import dev.modelcompression.operator.report.StatusReport;
import dev.modelcompression.operator.report.Transition;
import dev.modelcompression.operator.report.Transitions;
import dev.modelcompression.operator.trace.RunSpans;
import dev.modelcompression.operator.trace.Traces;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.config.informer.Informer;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drives one {@link ModelCompression} to its end: observe, decide, act, report.
 *
 * <p>Keeps no state that is not in the cluster: what has ended is in the status, what runs is in
 * Jobs, and both are named so that nothing is started twice. A restart goes on where it was.
 */
@ControllerConfiguration(
    name = ModelCompressionReconciler.NAME,
    informer = @Informer(informerListLimit = ModelCompressionReconciler.PAGE),
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

  /** Objects of a list that are in memory at once while they are read. */
  static final long PAGE = 100;

  private static final Logger LOG = LoggerFactory.getLogger(ModelCompressionReconciler.class);

  /** How soon to look again when another has written the status meanwhile. */
  private static final Duration AFTER_CONFLICT = Duration.ofMillis(200);

  private final KubernetesClient client;
  private final Cluster cluster;
  private final EventWriter events;
  private final OwnWrites ownWrites = new OwnWrites();
  private final Settings settings;
  private final RunMetrics metrics;
  private final Traces traces;
  private final Clock clock;

  /**
   * A reconciler.
   *
   * @param metrics told of everything that ends
   * @param traces told of it too
   */
  public ModelCompressionReconciler(
      KubernetesClient client, Settings settings, RunMetrics metrics, Traces traces, Clock clock) {
    this.client = client;
    this.cluster = new Cluster(client);
    this.events = new EventWriter(client);
    this.settings = settings;
    this.metrics = metrics;
    this.traces = traces;
    this.clock = clock;
  }

  @Override
  public List<EventSource<?, ModelCompression>> prepareEventSources(
      EventSourceContext<ModelCompression> context) {
    metrics.phases(() -> context.getPrimaryCache().list().map(Statuses::of));
    // Only what carries our label is watched: a cluster's other Jobs and pods are many.
    var jobs =
        InformerEventSourceConfiguration.from(Job.class, ModelCompression.class)
            .withLabelSelector(Labels.SELECTOR)
            .withInformerListLimit(PAGE)
            .withOnUpdateFilter((now, before) -> !JobFacts.of(now).equals(JobFacts.of(before)))
            .build();
    var pods =
        InformerEventSourceConfiguration.from(Pod.class, ModelCompression.class)
            .withLabelSelector(Labels.SELECTOR)
            .withInformerListLimit(PAGE)
            .withSecondaryToPrimaryMapper(ModelCompressionReconciler::compression)
            .withOnAddFilter(pod -> !Pods.facts(pod).equals(Pods.NOTHING))
            .withOnUpdateFilter((now, before) -> !Pods.facts(now).equals(Pods.facts(before)))
            .build();
    var releases =
        InformerEventSourceConfiguration.from(ModelRelease.class, ModelCompression.class)
            .withInformerListLimit(PAGE)
            .withOnUpdateFilter(ModelCompressionReconciler::tellsMore)
            .build();
    List<EventSource<?, ModelCompression>> sources = new ArrayList<>();
    sources.add(new InformerEventSource<>(jobs, context));
    sources.add(new InformerEventSource<>(pods, context));
    if (settings.releases()) {
      sources.add(new InformerEventSource<>(releases, context));
    }
    return sources;
  }

  /** Whether a release has ended, or begun again, or was changed by somebody. */
  private static boolean tellsMore(ModelRelease now, ModelRelease before) {
    return !ReleaseOfCompression.end(now).equals(ReleaseOfCompression.end(before))
        || !now.getMetadata().getGeneration().equals(before.getMetadata().getGeneration());
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
    if (Unreadable.contains(compression)) {
      return quarantine(compression, jobs, now);
    }
    Course course = Decider.decide(compression, jobs, settings, now);
    if (!cluster.delete(compression, course.delete())) {
      return UpdateControl.<ModelCompression>noUpdate().rescheduleAfter(AFTER_CONFLICT);
    }
    Standing standing = act(compression, course, now);
    ModelCompressionStatus before = Statuses.of(compression);
    ModelCompressionStatus reached =
        StatusReport.of(before, course, standing, compression.getMetadata().getGeneration(), now);
    Optional<ModelRelease> wanted =
        Optional.of(reached)
            .filter(status -> settings.releases())
            .flatMap(status -> ReleaseOfCompression.of(compression, status));
    Optional<ModelRelease> release = release(context, wanted);
    ModelCompressionStatus after =
        settings.releases()
            ? ReleaseOfCompression.told(compression, reached, wanted, release, now)
            : ReleaseOfCompression.notReleased(compression, reached, now);
    if (!after.equals(before)) {
      List<StepStatus> ended = course.ledger().justEnded();
      if (!report(compression, before, after, ended, now)) {
        return UpdateControl.<ModelCompression>noUpdate().rescheduleAfter(AFTER_CONFLICT);
      }
      // Told once it is written: who comes after a crash tells what this one could not.
      metrics.changed(before, after, ended);
      traces.send(RunSpans.between(compression.getMetadata(), before, after, ended, now));
    }
    boolean kept =
        wanted.isEmpty()
            || release.filter(r -> !ReleaseOfCompression.isOf(compression, r)).isPresent()
            || cluster.keepRelease(compression, wanted.get(), release);
    if (!kept) {
      return UpdateControl.<ModelCompression>noUpdate().rescheduleAfter(AFTER_CONFLICT);
    }
    Optional<Duration> timeToLive =
        ReleaseOfCompression.isOnItsWay(compression, wanted, release)
            ? Optional.empty()
            : Decider.timeToLive(compression, after, now);
    if (timeToLive.filter(Duration::isZero).isPresent()) {
      expire(compression);
      return UpdateControl.noUpdate();
    }
    UpdateControl<ModelCompression> done = UpdateControl.noUpdate();
    return standing.again().or(() -> timeToLive).map(done::rescheduleAfter).orElse(done);
  }

  /** Only those that were made of compressions are watched: another of that name is asked for. */
  private Optional<ModelRelease> release(
      Context<ModelCompression> context, Optional<ModelRelease> wanted) {
    return settings.releases()
        ? context
            .getSecondaryResourcesAsStream(ModelRelease.class)
            .findFirst()
            .or(() -> wanted.flatMap(cluster::release))
        : Optional.empty();
  }

  /** Says what is wrong, and lets nothing of it go on; others are not held up. */
  private UpdateControl<ModelCompression> quarantine(
      ModelCompression compression, List<ObservedJob> jobs, Instant now) {
    Optional<JsonNode> all = cluster.json(compression);
    List<String> problems =
        all.map(json -> Unreadable.problems(json, compression)).orElse(List.of());
    if (problems.isEmpty()) {
      // It is gone, or was mended meanwhile: the cache will tell.
      return UpdateControl.noUpdate();
    }
    var metadata = compression.getMetadata();
    String message = String.join("; ", problems);
    LOG.warn("{}/{} cannot be read: {}", metadata.getNamespace(), metadata.getName(), message);
    if (all.filter(json -> Unreadable.hasLostStatus(json, compression)).isPresent()) {
      // Where the run stands is in there: neither is it overwritten, nor is anything done.
      String subject = "unreadable/" + metadata.getGeneration();
      events.write(compression, new Transition(Reason.INVALID_SPEC, true, message, subject), now);
      return UpdateControl.noUpdate();
    }
    Course course = Decider.unreadable(compression, jobs, settings, message, now);
    ModelCompressionStatus before = Statuses.of(compression);
    ModelCompressionStatus after =
        StatusReport.of(before, course, course.standing(), metadata.getGeneration(), now);
    boolean told =
        cluster.delete(compression, course.delete())
            && (after.equals(before) || tell(compression, before, after, now));
    UpdateControl<ModelCompression> done = UpdateControl.noUpdate();
    return told ? done : done.rescheduleAfter(AFTER_CONFLICT);
  }

  /** In the status, where the API server takes it; the Event has been written by then. */
  private boolean tell(
      ModelCompression compression,
      ModelCompressionStatus before,
      ModelCompressionStatus after,
      Instant now) {
    try {
      return report(compression, before, after, List.of(), now);
    } catch (KubernetesClientException e) {
      if (e.getCode() != Cluster.UNPROCESSABLE) {
        throw e;
      }
      LOG.warn("its status cannot be written: {}", e.getMessage());
      return true;
    }
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
    // A copy that somebody made for a closer look has all labels, and another name.
    observed.removeIf(job -> !job.name().equals(name(compression, job)));
    return observed;
  }

  private static String name(ModelCompression compression, ObservedJob job) {
    var metadata = compression.getMetadata();
    return JobNames.of(
        metadata.getName(), metadata.getUid(), job.run(), job.trial(), job.step(), job.attempt());
  }

  private Optional<ObservedJob> observe(Job job, List<Pod> pods, Instant now) {
    Optional<ObservedJob> seen = JobObserver.observe(job, pods, false);
    if (seen.filter(s -> s.state() == ObservedJob.State.UNREAD).isPresent()) {
      return cluster.read(job);
    }
    return seen.map(
        known ->
            known
                .silence()
                .filter(silence -> silence.lasts(settings.noPodGrace(), now))
                .flatMap(
                    silence -> cluster.refusal(job.getMetadata().getNamespace(), silence.uid()))
                .map(refusal -> known.waiting(refusal.reason(), refusal.message()))
                .orElse(known));
  }

  private Standing act(ModelCompression compression, Course course, Instant now) {
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
      List<StepStatus> ended,
      Instant now) {
    List<Transition> transitions = Transitions.between(before, after, ended);
    transitions.forEach(transition -> events.write(compression, transition, now));
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
    transitions.forEach(t -> LOG.info("{}: {}", t.reason().text(), t.message()));
    return true;
  }

  private void expire(ModelCompression compression) {
    client.resource(compression).lockResourceVersion().delete();
  }
}
