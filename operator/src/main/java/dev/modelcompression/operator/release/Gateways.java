package dev.modelcompression.operator.release;

import dev.modelcompression.api.release.ModelRelease;
import dev.modelcompression.api.release.Traffic;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.Gateway;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.GatewayClass;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.GatewayClassStatus;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.Listener;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Where measurements reach a Gateway. */
final class Gateways {
  private static final String MIRROR = "HTTPRouteRequestMirror";

  private final KubernetesClient client;

  Gateways(KubernetesClient client) {
    this.client = client;
  }

  /** What comes before {@code /v2}. Empty without a Gateway, or before it has an address. */
  Optional<String> address(ModelRelease release) {
    Traffic.GatewayReference reference = release.getSpec().traffic().gateway();
    if (reference == null) {
      return Optional.empty();
    }
    if (reference.address() != null) {
      return Optional.of(reference.address());
    }
    return gateway(release, reference).flatMap(found -> address(found, reference));
  }

  /**
   * Whether the Gateway says that it can copy requests. One that cannot may answer each of them
   * with an error, so silence is a no.
   */
  boolean canMirror(ModelRelease release) {
    Traffic.GatewayReference reference = release.getSpec().traffic().gateway();
    return reference != null
        && gateway(release, reference)
            .flatMap(found -> readable(() -> gatewayClass(found)))
            .map(GatewayClass::getStatus)
            .map(GatewayClassStatus::getSupportedFeatures)
            .filter(
                features -> features.stream().anyMatch(feature -> MIRROR.equals(feature.getName())))
            .isPresent();
  }

  private @Nullable GatewayClass gatewayClass(Gateway gateway) {
    return client
        .resources(GatewayClass.class)
        .withName(gateway.getSpec().getGatewayClassName())
        .get();
  }

  private Optional<Gateway> gateway(ModelRelease release, Traffic.GatewayReference reference) {
    return readable(
        () ->
            client
                .resources(Gateway.class)
                .inNamespace(
                    Objects.requireNonNullElse(
                        reference.namespace(), release.getMetadata().getNamespace()))
                .withName(reference.name())
                .get());
  }

  /** An operator of some namespaces may not read what is in others: then it is not known. */
  private static <T> Optional<T> readable(Supplier<@Nullable T> read) {
    try {
      return Optional.ofNullable(read.get());
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_FORBIDDEN) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static Optional<String> address(Gateway gateway, Traffic.GatewayReference reference) {
    if (gateway.getStatus() == null) {
      return Optional.empty();
    }
    return Optional.ofNullable(gateway.getStatus().getAddresses())
        .flatMap(addresses -> addresses.stream().findFirst())
        .flatMap(address -> listener(gateway, reference).map(l -> url(address.getValue(), l)));
  }

  private static Optional<Listener> listener(Gateway gateway, Traffic.GatewayReference reference) {
    return gateway.getSpec().getListeners().stream()
        .filter(
            listener ->
                reference.sectionName() == null
                    || reference.sectionName().equals(listener.getName()))
        .findFirst();
  }

  private static String url(String host, Listener listener) {
    String scheme = "HTTPS".equals(listener.getProtocol()) ? "https" : "http";
    String name = host.contains(":") ? "[" + host + "]" : host;
    return "%s://%s:%d".formatted(scheme, name, listener.getPort());
  }
}
