package dev.modelcompression.operator.release.manifest;

import dev.modelcompression.api.release.ModelRelease;
import dev.modelcompression.contract.ProbeRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the two sides of a release are measured.
 *
 * @param baseline of what serves now
 * @param candidate of what may serve next
 */
public record Endpoints(ProbeRequest.Endpoint baseline, ProbeRequest.Endpoint candidate) {
  /**
   * Through the gateway, each side chosen by the header.
   *
   * @param address such as {@code http://gateway.infra:80}
   */
  public static Endpoints gateway(ModelRelease release, String address) {
    return new Endpoints(
        through(release, address, ReleaseNames.baselineHeader(release)),
        through(release, address, ReleaseNames.candidateHeader(release)));
  }

  /** Straight to the Services of the two sides. */
  public static Endpoints services(ModelRelease release, Side baseline, Side candidate) {
    return new Endpoints(service(release, baseline), service(release, candidate));
  }

  private static ProbeRequest.Endpoint through(
      ModelRelease release, String address, String header) {
    Map<String, String> headers = new LinkedHashMap<>();
    List<String> hostnames = release.getSpec().traffic().hostnames();
    if (!hostnames.isEmpty()) {
      // Any name will do where all of them are meant.
      headers.put("Host", hostnames.get(0).replaceFirst("^[*]", "probe"));
    }
    headers.put(ReleaseNames.HEADER, header);
    return new ProbeRequest.Endpoint(address, headers, ServerPods.model(release));
  }

  private static ProbeRequest.Endpoint service(ModelRelease release, Side side) {
    return new ProbeRequest.Endpoint(
        "http://%s.%s.svc:%d"
            .formatted(side.workload(), release.getMetadata().getNamespace(), Workloads.PORT),
        Map.of(),
        ServerPods.model(release));
  }
}
