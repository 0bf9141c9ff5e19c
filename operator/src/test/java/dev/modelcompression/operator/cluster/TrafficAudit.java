package dev.modelcompression.operator.cluster;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPBackendRef;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteRule;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Every division of requests that the API server was ever told of in one namespace. */
public final class TrafficAudit implements AutoCloseable {
  private final FakeServing serving;
  private final List<Map<String, Integer>> routes = new ArrayList<>();
  private final List<Map<String, String>> selectors = new ArrayList<>();
  private final List<String> faults = new ArrayList<>();
  private final List<SharedIndexInformer<?>> informers = new ArrayList<>();

  /** Begins to look. */
  public TrafficAudit(KubernetesClient client, String namespace, FakeServing serving) {
    this.serving = serving;
    informers.add(
        client
            .resources(HTTPRoute.class)
            .inNamespace(namespace)
            .inform(new Looking<HTTPRoute>(this::note)));
    informers.add(
        client
            .services()
            .inNamespace(namespace)
            .withName(Scene.NAME)
            .inform(new Looking<Service>(this::note)));
  }

  /** Names of backends and their weights in the rule for all requests, each time they changed. */
  public synchronized List<Map<String, Integer>> routes() {
    return List.copyOf(routes);
  }

  /** The shares of one backend, each time they changed; 0 where it is not named. */
  public synchronized List<Integer> weights(String backend) {
    List<Integer> weights = new ArrayList<>();
    for (Map<String, Integer> shares : routes) {
      int weight = shares.getOrDefault(backend, 0);
      if (weights.isEmpty() || weights.get(weights.size() - 1) != weight) {
        weights.add(weight);
      }
    }
    return weights;
  }

  /** What the Service in front of both sides selected, each time it changed. */
  public synchronized List<Map<String, String>> selectors() {
    return List.copyOf(selectors);
  }

  /** What must never be seen and was. */
  public synchronized List<String> faults() {
    return List.copyOf(faults);
  }

  private synchronized void note(HTTPRoute route) {
    Map<String, Integer> shares = new TreeMap<>();
    for (HTTPRouteRule rule : route.getSpec().getRules()) {
      if (rule.getMatches().stream().allMatch(match -> match.getHeaders().isEmpty())) {
        for (HTTPBackendRef backend : rule.getBackendRefs()) {
          shares.put(backend.getName(), backend.getWeight());
        }
      }
    }
    if (routes.isEmpty() || !routes.get(routes.size() - 1).equals(shares)) {
      routes.add(shares);
    }
    shares.forEach(
        (backend, weight) -> {
          if (weight > 0 && !backend.equals(ReleaseScene.BASELINE) && !serving.wasReady(backend)) {
            faults.add(backend + " got " + weight + " % and was never ready");
          }
        });
  }

  private synchronized void note(Service service) {
    Map<String, String> selector = service.getSpec().getSelector();
    if (selectors.isEmpty() || !selectors.get(selectors.size() - 1).equals(selector)) {
      selectors.add(selector);
    }
  }

  @Override
  public void close() {
    informers.forEach(SharedIndexInformer::close);
  }

  private record Looking<T>(Consumer<T> note) implements ResourceEventHandler<T> {
    @Override
    public void onAdd(T found) {
      note.accept(found);
    }

    @Override
    public void onUpdate(T before, T now) {
      note.accept(now);
    }

    @Override
    public void onDelete(T gone, boolean unknown) {
      // What is gone divides nothing.
    }
  }
}
