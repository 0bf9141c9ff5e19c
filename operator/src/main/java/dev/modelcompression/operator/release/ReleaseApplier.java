package dev.modelcompression.operator.release;

import dev.modelcompression.api.release.ModelRelease;
import dev.modelcompression.api.release.Traffic;
import dev.modelcompression.api.release.status.ReleasePhase;
import dev.modelcompression.api.release.status.SideStatus;
import dev.modelcompression.contract.CanonicalJson;
import dev.modelcompression.contract.ContractJson;
import dev.modelcompression.operator.Settings;
import dev.modelcompression.operator.job.Labels;
import dev.modelcompression.operator.release.decide.Desired;
import dev.modelcompression.operator.release.decide.Observation;
import dev.modelcompression.operator.release.manifest.ReleaseNames;
import dev.modelcompression.operator.release.manifest.Replicas;
import dev.modelcompression.operator.release.manifest.Routes;
import dev.modelcompression.operator.release.manifest.Side;
import dev.modelcompression.operator.release.manifest.Workloads;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings into the cluster what a written status asks for, and writes nothing that is there. */
final class ReleaseApplier {
  private static final Logger LOG = LoggerFactory.getLogger(ReleaseApplier.class);

  /** Digest of the manifest that an object was last made from. */
  static final String MADE_FROM = "modelcompression.dev/made-from";

  private static final PatchContext APPLY =
      new PatchContext.Builder()
          .withPatchType(PatchType.SERVER_SIDE_APPLY)
          .withFieldManager(Labels.OPERATOR)
          .withForce(true)
          .build();

  static final Duration GATEWAY_LAG = Duration.ofSeconds(5);

  private final KubernetesClient client;
  private final Settings settings;
  private final LiveTraffic traffic;
  private final Gateways gateways;
  private final JobStarter jobs;

  ReleaseApplier(KubernetesClient client, Settings settings) {
    this.client = client;
    this.settings = settings;
    this.traffic = new LiveTraffic(client);
    this.gateways = new Gateways(client);
    this.jobs = new JobStarter(client, settings, gateways);
  }

  /**
   * Makes it so.
   *
   * @return whether nothing had to be done or waited for
   */
  boolean apply(
      ModelRelease release, Desired desired, Observation seen, ReleaseReconciler.Cached cached) {
    boolean back = release.getStatus().phase() == ReleasePhase.ROLLING_BACK;
    boolean done = !(back && seen.route().weight().isPresent()) || divide(release, desired, seen);
    for (SideStatus side : sides(desired)) {
      done &=
          back
              ? triedWorkload(release, desired, side, cached)
              : workload(release, desired, side, cached);
    }
    done &= divide(release, desired, seen);
    // No watch tells of the Gateway, nor that time has passed.
    done =
        done
            && seen.route().gives(desired.weight())
            && isQuiet(release, seen)
            && collect(release, desired, cached);
    jobs.start(release, desired, cached);
    return done;
  }

  /** A gateway may say that it has a route seconds before it acts on it. */
  private static boolean isQuiet(ModelRelease release, Observation seen) {
    String since = release.getStatus().phaseTime();
    return since != null && seen.now().isAfter(Instant.parse(since).plus(GATEWAY_LAG));
  }

  static List<SideStatus> sides(Desired desired) {
    List<SideStatus> sides = new ArrayList<>();
    desired.baseline().ifPresent(sides::add);
    desired.candidate().ifPresent(sides::add);
    return sides;
  }

  /** Requests go back to the baseline whatever becomes of this. */
  private boolean triedWorkload(
      ModelRelease release, Desired desired, SideStatus side, ReleaseReconciler.Cached cached) {
    try {
      return workload(release, desired, side, cached);
    } catch (KubernetesClientException | IllegalArgumentException e) {
      LOG.warn("{}: {}", side.workload(), e.getMessage());
      return false;
    }
  }

  private boolean workload(
      ModelRelease release, Desired desired, SideStatus side, ReleaseReconciler.Cached cached) {
    Optional<Deployment> own = usersDeployment(release);
    if (own.isEmpty() && copies(release)) {
      // What it was copied from is gone; what was made of it serves on as it is.
      return cached.deployment(side.workload()).isPresent();
    }
    boolean baseline =
        desired.baseline().filter(b -> b.workload().equals(side.workload())).isPresent();
    boolean users = own.isPresent() && (baseline || isBaselineOfRun(release, side));
    // What was promoted stays as it was made, also when the spec names it as the baseline by now.
    boolean promoted = own.isPresent() && !users && desired.baseline().isEmpty();
    Side model = side(side);
    boolean done = true;
    if (!users && !(promoted && cached.deployment(side.workload()).isPresent())) {
      int replicas = baseline ? release.getSpec().server().replicas() : replicas(release, desired);
      Deployment wanted =
          own.map(d -> Workloads.copyOf(release, d, model, replicas))
              .orElseGet(() -> Workloads.deployment(release, model, replicas, settings));
      done = applied(wanted, cached.deployment(side.workload()));
    }
    Service service =
        users
            ? Workloads.service(release, model, own.orElseThrow())
            : Workloads.service(release, model);
    done &= applied(service, service(release, side.workload()));
    return done;
  }

  private static boolean copies(ModelRelease release) {
    return Objects.requireNonNull(release.getSpec().baseline()).deployment() != null;
  }

  private static boolean isBaselineOfRun(ModelRelease release, SideStatus side) {
    SideStatus baseline = release.getStatus().baseline();
    return baseline != null && baseline.digest().equals(side.digest());
  }

  private static int replicas(ModelRelease release, Desired desired) {
    int total = release.getSpec().server().replicas();
    boolean byPods = release.getSpec().traffic().provider() == Traffic.Provider.REPLICA_RATIO;
    if (!byPods || desired.weight() == 100) {
      return total;
    }
    return Math.max(1, Replicas.of(total, desired.weight()));
  }

  static Side side(SideStatus side) {
    return new Side(side.workload(), side.uri(), side.digest());
  }

  Optional<Deployment> usersDeployment(ModelRelease release) {
    return Optional.ofNullable(Objects.requireNonNull(release.getSpec().baseline()).deployment())
        .map(
            reference ->
                client
                    .apps()
                    .deployments()
                    .inNamespace(release.getMetadata().getNamespace())
                    .withName(reference.name())
                    .get());
  }

  private Optional<Service> service(ModelRelease release, String name) {
    return Optional.ofNullable(
        client.services().inNamespace(release.getMetadata().getNamespace()).withName(name).get());
  }

  /** Divides the requests, unless that would send some to where nobody answers. */
  boolean divide(ModelRelease release, Desired desired, Observation seen) {
    boolean tooFew =
        seen.raises(desired.weight())
            && seen.candidatePods() < Desired.podsFor(release.getSpec(), desired.weight());
    if (desired.candidate().isPresent()
        && desired.weight() > 0
        && (!seen.candidateReady() || tooFew)) {
      return false;
    }
    boolean byGateway = release.getSpec().traffic().provider() == Traffic.Provider.GATEWAY_API;
    return byGateway ? route(release, desired, seen) : shared(release, desired, seen);
  }

  private boolean route(ModelRelease release, Desired desired, Observation seen) {
    Optional<HTTPRoute> live = traffic.route(release);
    boolean mirroring = desired.mirroring() && gateways.canMirror(release);
    Optional<HTTPRoute> wanted = wanted(release, desired, mirroring, live);
    if (wanted.isEmpty()) {
      return true;
    }
    // Whatever answers now goes on answering until the new baseline can.
    boolean tooEarly =
        live.isPresent() && desired.weight() == 0 && seen.baseline() != Observation.Baseline.READY;
    if (tooEarly) {
      return false;
    }
    boolean drifted = seen.route().weight().filter(w -> w == desired.weight()).isEmpty();
    try {
      return (!drifted && isMadeFrom(wanted.get(), live)) || put(wanted.get(), version(live));
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
        // The CRDs of the Gateway API are missing; the status says what is waited for.
        return false;
      }
      throw e;
    }
  }

  private static Optional<HTTPRoute> wanted(
      ModelRelease release, Desired desired, boolean mirroring, Optional<HTTPRoute> live) {
    Optional<Side> baseline = desired.baseline().map(ReleaseApplier::side);
    Optional<Side> candidate = desired.candidate().map(ReleaseApplier::side);
    if (baseline.isEmpty()) {
      return candidate.map(
          alone -> Routes.route(release, alone, Optional.empty(), 0, false, false, live));
    }
    return Optional.of(
        Routes.route(
            release,
            baseline.get(),
            candidate,
            candidate.isPresent() ? desired.weight() : 0,
            desired.probing(),
            mirroring,
            live));
  }

  private boolean shared(ModelRelease release, Desired desired, Observation seen) {
    if (desired.weight() == 0 && seen.baseline() != Observation.Baseline.READY) {
      return false;
    }
    Service wanted =
        desired
            .baseline()
            .map(ReleaseApplier::side)
            .map(
                baseline ->
                    Workloads.shared(
                        release,
                        baseline,
                        desired.candidate().map(ReleaseApplier::side),
                        desired.candidate().isPresent() ? desired.weight() : 0))
            .orElseGet(() -> alone(release, desired));
    Optional<Service> live = service(release, ReleaseNames.route(release));
    boolean drifted =
        live.filter(found -> wanted.getSpec().getSelector().equals(found.getSpec().getSelector()))
            .isEmpty();
    return (!drifted && isMadeFrom(wanted, live)) || put(wanted, version(live));
  }

  private static Service alone(ModelRelease release, Desired desired) {
    Side candidate = side(desired.candidate().orElseThrow());
    return Workloads.shared(release, candidate, Optional.empty(), 0);
  }

  /** Deletes workloads that no phase needs any more. Nothing is sent to them by now. */
  boolean collect(ModelRelease release, Desired desired, ReleaseReconciler.Cached cached) {
    Set<String> needed = new HashSet<>();
    sides(desired).forEach(side -> needed.add(side.workload()));
    Set<String> unneeded = new TreeSet<>();
    cached.deployments().stream()
        .filter(found -> TakenNames.isWorkload(release, found))
        .map(HasMetadata::getMetadata)
        .filter(metadata -> metadata.getDeletionTimestamp() == null)
        .forEach(metadata -> unneeded.add(metadata.getName()));
    if (needed.size() == 1) {
      // At rest, or on the way out: a Deployment of the user's has a Service of ours, too.
      unneeded.addAll(services(release));
    }
    unneeded.removeAll(needed);
    unneeded.forEach(workload -> delete(release, workload));
    return unneeded.isEmpty();
  }

  /** The Services of all workloads. */
  private List<String> services(ModelRelease release) {
    return client
        .services()
        .inNamespace(release.getMetadata().getNamespace())
        .withLabel(Labels.RELEASE, release.getMetadata().getName())
        .withLabel(Labels.WORKLOAD)
        .list()
        .getItems()
        .stream()
        .filter(service -> TakenNames.isWorkload(release, service))
        .map(service -> service.getMetadata().getName())
        .toList();
  }

  private void delete(ModelRelease release, String workload) {
    String namespace = release.getMetadata().getNamespace();
    client.services().inNamespace(namespace).withName(workload).delete();
    client.apps().deployments().inNamespace(namespace).withName(workload).delete();
  }

  /** Applies a manifest, unless the live object was made from the same. */
  private <T extends HasMetadata> boolean applied(T wanted, Optional<T> live) {
    return isMadeFrom(wanted, live) || put(wanted, Optional.empty());
  }

  private static <T extends HasMetadata> boolean isMadeFrom(T wanted, Optional<T> live) {
    return live.map(HasMetadata::getMetadata)
        .filter(metadata -> metadata.getDeletionTimestamp() == null)
        .map(metadata -> Objects.requireNonNullElse(metadata.getAnnotations(), Map.of()))
        .filter(annotations -> digest(wanted).equals(annotations.get(MADE_FROM)))
        .isPresent();
  }

  private static String digest(HasMetadata wanted) {
    return CanonicalJson.digest(ContractJson.tree(wanted));
  }

  private static Optional<String> version(Optional<? extends HasMetadata> live) {
    return live.map(found -> found.getMetadata().getResourceVersion());
  }

  /**
   * Applies a manifest.
   *
   * @param version what it is to be applied to, and to nothing newer: whoever was faster, such as
   *     the next leader, is not overwritten
   * @return false, for there is something to wait for
   */
  private boolean put(HasMetadata wanted, Optional<String> version) {
    Map<String, String> annotations =
        new LinkedHashMap<>(
            Objects.requireNonNullElse(wanted.getMetadata().getAnnotations(), Map.of()));
    annotations.put(MADE_FROM, digest(wanted));
    wanted.getMetadata().setAnnotations(annotations);
    version.ifPresent(wanted.getMetadata()::setResourceVersion);
    try {
      client.resource(wanted).patch(APPLY);
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        throw e;
      }
      LOG.debug("{}: {}", wanted.getMetadata().getName(), e.getMessage());
    }
    return false;
  }

  /** Deletes all that belongs to a release, but for a Deployment of the user's. */
  void deleteAll(ModelRelease release, ReleaseReconciler.Cached cached) {
    traffic
        .route(release)
        .filter(route -> TakenNames.isOurs(release, route))
        .ifPresent(route -> client.resource(route).delete());
    service(release, ReleaseNames.route(release))
        .filter(shared -> TakenNames.isOurs(release, shared))
        .ifPresent(shared -> client.resource(shared).delete());
    Set<String> workloads = new TreeSet<>(services(release));
    cached.deployments().stream()
        .filter(found -> TakenNames.isWorkload(release, found))
        .forEach(found -> workloads.add(found.getMetadata().getName()));
    workloads.forEach(workload -> delete(release, workload));
  }

  /** Whether something divides requests; a deletion makes nothing new. */
  boolean isDivided(ModelRelease release) {
    return release.getSpec().traffic().provider() == Traffic.Provider.GATEWAY_API
        ? traffic.route(release).isPresent()
        : service(release, ReleaseNames.route(release)).isPresent();
  }
}
