package dev.modelcompression.cli.store;

import dev.modelcompression.contract.Artifact;
import dev.modelcompression.contract.ContractJson;
import dev.modelcompression.contract.StepReport;
import dev.modelcompression.data.Digests;
import dev.modelcompression.runtime.TemporaryFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A result in an object store. Objects are never changed: each attempt uploads its outputs under a
 * name of its own, and the one object that is replaced, the report, comes last and names them.
 *
 * <pre>
 * PLACE/report.json           the report, with the digest of the request in its metadata
 * PLACE/ATTEMPT/model.onnx    an output, with its digest in its metadata
 * </pre>
 *
 * <p>A checkpoint is on the local disk and outlives a step that fails, but not the pod. What
 * attempts that were killed have uploaded stays until a rule of the bucket removes it.
 */
final class ObjectPublication implements Publication {
  private static final String SHA256 = "sha256";
  private static final String REQUEST = "request";
  private static final int LARGEST_REPORT = 64 << 20;
  private static final int ATTEMPT_LENGTH = 8;

  private final ObjectStore store;
  private final ObjectUri place;
  private final ObjectUri reportPlace;
  private final String request;
  private @Nullable Path local;

  /**
   * The objects that answer a request.
   *
   * @param request digest of what decides the result
   */
  ObjectPublication(ObjectStore store, ObjectUri place, String request) {
    this.store = store;
    this.place = place;
    this.reportPlace = place.child(FolderPublication.REPORT);
    this.request = request;
  }

  @Override
  public void requireReplaceable() {
    var found = store.facts(reportPlace);
    // What has our metadata is ours, whatever became of its content.
    if (found.isPresent()
        && !found.get().metadata().containsKey(REQUEST)
        && report(false).isEmpty()) {
      throw new IllegalArgumentException(
          "step request output: " + reportPlace + " is no step report; name another place");
    }
  }

  @Override
  public Optional<Published> find() {
    return report(true)
        .filter(found -> found.report().outputs().values().stream().allMatch(this::isUnaltered));
  }

  @Override
  public Path stage() {
    return local("out");
  }

  @Override
  public Path checkpoint() {
    return local("checkpoint");
  }

  @Override
  public Published publish(StepReport report) {
    var faster = find();
    if (faster.isPresent()) {
      return faster.get();
    }
    String attempt = UUID.randomUUID().toString().substring(0, ATTEMPT_LENGTH);
    Map<String, Artifact> uploaded = new TreeMap<>();
    report
        .outputs()
        .forEach(
            (name, output) -> {
              String uri = attempt + "/" + output.uri();
              store.upload(
                  place.child(uri), stage().resolve(output.uri()), Map.of(SHA256, output.digest()));
              uploaded.put(name, output.at(name, uri));
            });
    var placed = report.withOutputs(uploaded);
    byte[] text = ContractJson.write(placed).getBytes(StandardCharsets.UTF_8);
    store.write(reportPlace, text, Map.of(REQUEST, request));
    discard();
    return new Published(placed, Digests.of(text));
  }

  @Override
  public void discard() {
    if (local == null) {
      return;
    }
    try (var tree = Files.walk(local)) {
      for (Path entry : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(entry);
      }
    } catch (IOException | UncheckedIOException e) {
      // It is on a disk that goes with the pod.
    }
    local = null;
  }

  private Optional<Published> report(boolean ofThisRequest) {
    return store
        .read(reportPlace, LARGEST_REPORT)
        .filter(found -> !ofThisRequest || request.equals(found.metadata().get(REQUEST)))
        .flatMap(
            found -> {
              try {
                var report =
                    ContractJson.readReport(new String(found.bytes(), StandardCharsets.UTF_8));
                return Optional.of(new Published(report, Digests.of(found.bytes())));
              } catch (IllegalArgumentException e) {
                return Optional.empty();
              }
            });
  }

  private boolean isUnaltered(Artifact output) {
    return store
        .facts(place.child(output.uri()))
        .filter(
            facts ->
                facts.bytes() == output.bytes()
                    && output.digest().equals(facts.metadata().get(SHA256)))
        .isPresent();
  }

  private Path local(String name) {
    if (local == null) {
      local = TemporaryFolder.make("mc-step-");
    }
    try {
      return Files.createDirectories(local.resolve(name));
    } catch (IOException e) {
      throw StoreException.of("cannot make a temporary folder", e);
    }
  }
}
