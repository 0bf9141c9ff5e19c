package dev.modelcompression.operator.cluster;

import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteStatusBuilder;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.RouteParentStatus;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.RouteParentStatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Stands in for the Deployment controller and for a Gateway in one namespace: pods of Deployments
 * are ready at once unless a test says otherwise, and routes are accepted as they are written.
 */
public final class FakeServing implements AutoCloseable {
  private final KubernetesClient client;
  private final String namespace;
  private final ScheduledExecutorService loop = Executors.newSingleThreadScheduledExecutor();
  private final ScheduledFuture<?> work;
  private final Set<String> unready = ConcurrentHashMap.newKeySet();
  private final Set<String> everReady = ConcurrentHashMap.newKeySet();
  private volatile boolean deaf;

  /** Starts to work. */
  public FakeServing(KubernetesClient client, String namespace) {
    this.client = client;
    this.namespace = namespace;
    work = loop.scheduleWithFixedDelay(this::tick, 0, 50, TimeUnit.MILLISECONDS);
  }

  /** From now on no pod of that Deployment is ready. */
  public void hold(String deployment) {
    unready.add(deployment);
  }

  /** Its pods get ready again. */
  public void release(String deployment) {
    unready.remove(deployment);
  }

  /** Whether the Gateway looks at no route any more. */
  public void deaf(boolean now) {
    deaf = now;
  }

  /** Whether a pod of that Deployment was ever ready. */
  boolean wasReady(String deployment) {
    return everReady.contains(deployment);
  }

  private void tick() {
    try {
      client.apps().deployments().inNamespace(namespace).list().getItems().forEach(this::run);
      if (!deaf) {
        client
            .resources(HTTPRoute.class)
            .inNamespace(namespace)
            .list()
            .getItems()
            .forEach(this::accept);
      }
    } catch (KubernetesClientException e) {
      // The test has ended, or another has changed what was read; the next round sees it.
    }
  }

  private void run(Deployment deployment) {
    String name = deployment.getMetadata().getName();
    int pods = deployment.getSpec().getReplicas();
    int ready = unready.contains(name) ? 0 : pods;
    var status = deployment.getStatus();
    boolean told =
        status != null
            && Objects.equals(
                status.getObservedGeneration(), deployment.getMetadata().getGeneration())
            && Objects.requireNonNullElse(status.getReadyReplicas(), 0) == ready;
    if (ready > 0) {
      everReady.add(name);
    }
    if (!told) {
      client
          .apps()
          .deployments()
          .resource(deployment)
          .subresource("status")
          .patch(
              PatchContext.of(PatchType.JSON_MERGE),
              """
              {"status": {"observedGeneration": %d, "replicas": %d, "updatedReplicas": %d,
                          "readyReplicas": %d, "availableReplicas": %d}}
              """
                  .formatted(deployment.getMetadata().getGeneration(), pods, pods, ready, ready));
    }
  }

  private void accept(HTTPRoute route) {
    Long generation = route.getMetadata().getGeneration();
    boolean told =
        route.getStatus() != null
            && route.getStatus().getParents().stream()
                .flatMap(parent -> parent.getConditions().stream())
                .anyMatch(condition -> generation.equals(condition.getObservedGeneration()));
    if (told) {
      return;
    }
    List<RouteParentStatus> parents =
        route.getSpec().getParentRefs().stream()
            .map(
                parent ->
                    new RouteParentStatusBuilder()
                        .withParentRef(parent)
                        .withControllerName("example.com/gateway")
                        .withConditions(
                            List.of("Accepted", "ResolvedRefs").stream()
                                .map(type -> holds(type, generation))
                                .toList())
                        .build())
            .toList();
    HTTPRoute next = client.resource(route).get();
    if (next != null && generation.equals(next.getMetadata().getGeneration())) {
      next.setStatus(new HTTPRouteStatusBuilder().withParents(parents).build());
      client.resource(next).updateStatus();
    }
  }

  private static io.fabric8.kubernetes.api.model.Condition holds(String type, Long generation) {
    return new ConditionBuilder()
        .withType(type)
        .withStatus("True")
        .withReason(type)
        .withMessage("")
        .withObservedGeneration(generation)
        .withLastTransitionTime(Instant.now().truncatedTo(ChronoUnit.SECONDS).toString())
        .build();
  }

  @Override
  public void close() {
    work.cancel(true);
    loop.shutdownNow();
  }
}
