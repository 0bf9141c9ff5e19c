package dev.modelcompression.operator.release;

import dev.modelcompression.api.release.ModelRelease;
import dev.modelcompression.api.release.status.ModelReleaseStatus;
import dev.modelcompression.operator.EventWriter;
import dev.modelcompression.operator.OwnWrites;
import dev.modelcompression.operator.Settings;
import dev.modelcompression.operator.Unreadable;
import dev.modelcompression.operator.job.Labels;
import dev.modelcompression.operator.observe.JobFacts;
import dev.modelcompression.operator.release.decide.Decision;
import dev.modelcompression.operator.release.decide.Desired;
import dev.modelcompression.operator.release.decide.Judge;
import dev.modelcompression.operator.release.decide.Observation;
import dev.modelcompression.operator.release.decide.ReleaseDecider;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.config.informer.Informer;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.MaxReconciliationInterval;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import io.quarkus.arc.lookup.LookupIfProperty;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drives one {@link ModelRelease}: looks, decides, writes what it decided, then does it.
 *
 * <p>What is to be in the cluster is a function of the spec and of the status that was written. So
 * an operator that is killed anywhere, or replaced by another, does the same again and nothing
 * else.
 */
@ControllerConfiguration(
    name = ReleaseReconciler.NAME,
    finalizerName = ReleaseReconciler.FINALIZER,
    informer = @Informer(informerListLimit = ReleaseReconciler.PAGE),
    maxReconciliationInterval =
        @MaxReconciliationInterval(interval = 10, timeUnit = TimeUnit.MINUTES))
@GradualRetry(
    maxAttempts = Integer.MAX_VALUE,
    initialInterval = 500,
    intervalMultiplier = 2,
    // A release that stands still keeps its weight meanwhile: it must go on soon.
    maxInterval = 10_000)
@LookupIfProperty(name = "mc.releases.enabled", stringValue = "true", lookupIfMissing = true)
public class ReleaseReconciler implements Reconciler<ModelRelease>, Cleaner<ModelRelease> {
  /** Name of the controller. */
  public static final String NAME = "modelrelease";

  /** Holds a release that is deleted until its traffic is where it is to stay. */
  public static final String FINALIZER = "modelcompression.dev/release";

  static final long PAGE = 100;

  private static final Logger LOG = LoggerFactory.getLogger(ReleaseReconciler.class);

  private static final Duration AT_ONCE = Duration.ofMillis(20);
  private static final Duration AFTER_CONFLICT = Duration.ofMillis(200);

  /** How often is looked at what no watch tells of: the route, the user's Deployment. */
  private static final Duration WHILE_WAITING = Duration.ofSeconds(1);

  /** The same while nothing is awaited: a weight that another hand has changed is put back. */
  private static final Duration AT_REST = Duration.ofMinutes(1);

  private final KubernetesClient client;
  private final ReleaseObserver observer;
  private final ReleaseApplier applier;
  private final ReleaseLeaver leaver;
  private final UnreadableReleases unreadable;
  private final EventWriter events;
  private final OwnWrites ownWrites = new OwnWrites();
  private final ReleaseMetrics metrics;
  private final Judge judge;
  private final Clock clock;

  /** A reconciler. */
  public ReleaseReconciler(
      KubernetesClient client,
      Settings settings,
      Judge judge,
      ReleaseMetrics metrics,
      Clock clock) {
    this.client = client;
    this.observer = new ReleaseObserver(client, settings);
    this.applier = new ReleaseApplier(client, settings);
    this.events = new EventWriter(client);
    this.leaver = new ReleaseLeaver(applier, events);
    this.unreadable = new UnreadableReleases(client, events);
    this.metrics = metrics;
    this.judge = judge;
    this.clock = clock;
  }

  @Override
  public List<EventSource<?, ModelRelease>> prepareEventSources(
      EventSourceContext<ModelRelease> context) {
    var jobs =
        InformerEventSourceConfiguration.from(Job.class, ModelRelease.class)
            .withName("release-jobs")
            .withLabelSelector(Labels.RELEASE)
            .withInformerListLimit(PAGE)
            .withSecondaryToPrimaryMapper(ReleaseReconciler::release)
            .withOnUpdateFilter((now, before) -> !JobFacts.of(now).equals(JobFacts.of(before)))
            .build();
    var deployments =
        InformerEventSourceConfiguration.from(Deployment.class, ModelRelease.class)
            .withName("release-deployments")
            .withLabelSelector(Labels.RELEASE)
            .withInformerListLimit(PAGE)
            .withSecondaryToPrimaryMapper(ReleaseReconciler::release)
            .build();
    return List.of(
        new InformerEventSource<>(jobs, context), new InformerEventSource<>(deployments, context));
  }

  private static Set<ResourceID> release(HasMetadata owned) {
    return Optional.ofNullable(owned.getMetadata().getLabels())
        .map(labels -> labels.get(Labels.RELEASE))
        .map(name -> Set.of(new ResourceID(name, owned.getMetadata().getNamespace())))
        .orElse(Set.of());
  }

  @Override
  public UpdateControl<ModelRelease> reconcile(
      ModelRelease release, Context<ModelRelease> context) {
    if (ownWrites.isBehind(release)) {
      return UpdateControl.<ModelRelease>noUpdate().rescheduleAfter(AFTER_CONFLICT);
    }
    Instant now = clock.instant();
    if (Unreadable.contains(release)) {
      UpdateControl<ModelRelease> done = UpdateControl.noUpdate();
      return unreadable.tell(release, now) ? done : done.rescheduleAfter(AFTER_CONFLICT);
    }
    Cached cached = cached(context);
    Observation seen = observer.observe(release, cached, now);
    Decision decision = ReleaseDecider.decide(release, seen, judge);
    ModelReleaseStatus before =
        Objects.requireNonNullElse(release.getStatus(), ModelReleaseStatus.NONE);
    boolean changed = !decision.status().equals(before);
    if (changed) {
      if (!report(release, decision, now)) {
        return UpdateControl.<ModelRelease>noUpdate().rescheduleAfter(AFTER_CONFLICT);
      }
      metrics.changed(release, before, decision.status());
    } else {
      metrics.seen(release.getMetadata().getUid(), before);
    }
    if (decision.another()) {
      return UpdateControl.<ModelRelease>noUpdate().rescheduleAfter(AT_ONCE);
    }
    ModelRelease written = with(release, decision.status());
    Desired desired = Desired.of(release.getSpec(), decision.status());
    boolean done = applier.apply(written, desired, seen, cached);
    UpdateControl<ModelRelease> control = UpdateControl.noUpdate();
    if (changed) {
      return control.rescheduleAfter(AT_ONCE);
    }
    Duration look = done && !isMoving(decision.status()) ? AT_REST : WHILE_WAITING;
    return control.rescheduleAfter(
        decision.again().filter(wait -> wait.compareTo(look) < 0).orElse(look));
  }

  /** Deletes what has to go, once requests are where they are to stay. */
  @Override
  public DeleteControl cleanup(ModelRelease release, Context<ModelRelease> context) {
    if (Unreadable.contains(release)) {
      unreadable.leave(release, clock.instant());
      metrics.gone(release.getMetadata().getUid());
      return DeleteControl.defaultDelete();
    }
    Cached cached = cached(context);
    Observation seen = observer.observe(release, cached, clock.instant());
    boolean left = leaver.leave(release, seen, cached);
    if (left) {
      metrics.gone(release.getMetadata().getUid());
    }
    return left
        ? DeleteControl.defaultDelete()
        : DeleteControl.noFinalizerRemoval().rescheduleAfter(WHILE_WAITING);
  }

  private static Cached cached(Context<ModelRelease> context) {
    return new Cached(
        context.getSecondaryResourcesAsStream(Deployment.class).toList(),
        context.getSecondaryResourcesAsStream(Job.class).toList());
  }

  /** Whether the release waits for something that no watch tells of. */
  private static boolean isMoving(ModelReleaseStatus status) {
    return switch (Objects.requireNonNull(status.phase())) {
      case SUCCEEDED, ROLLED_BACK -> false;
      default -> true;
    };
  }

  private boolean report(ModelRelease release, Decision decision, Instant now) {
    decision.events().forEach(event -> events.write(release, event, now));
    try {
      ownWrites.wrote(client.resource(with(release, decision.status())).updateStatus());
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_CONFLICT
          || e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
        return false;
      }
      throw e;
    }
    decision.events().forEach(e -> LOG.info("{}: {}", e.reason().text(), e.message()));
    return true;
  }

  private static ModelRelease with(ModelRelease release, ModelReleaseStatus status) {
    ModelRelease next = new ModelRelease();
    next.setMetadata(release.getMetadata());
    next.setSpec(release.getSpec());
    next.setStatus(status);
    return next;
  }

  /**
   * What watches have brought.
   *
   * @param deployments those of this release
   * @param jobs those of this release
   */
  record Cached(List<Deployment> deployments, List<Job> jobs) {
    Optional<Deployment> deployment(String name) {
      return deployments.stream()
          .filter(found -> found.getMetadata().getName().equals(name))
          .findFirst();
    }

    Optional<Job> job(String name) {
      return jobs.stream().filter(found -> found.getMetadata().getName().equals(name)).findFirst();
    }
  }
}
