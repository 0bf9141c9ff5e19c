package dev.modelcompression.operator.release;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelcompression.api.release.ModelRelease;
import dev.modelcompression.api.release.status.ModelReleaseStatus;
import dev.modelcompression.api.release.status.ReleasePhase;
import dev.modelcompression.api.status.Condition;
import dev.modelcompression.api.status.Reason;
import dev.modelcompression.contract.ContractJson;
import dev.modelcompression.contract.Text;
import dev.modelcompression.operator.EventWriter;
import dev.modelcompression.operator.Unreadable;
import dev.modelcompression.operator.report.Transition;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says what is wrong with a release that cannot be read; nothing of it goes on meanwhile. */
final class UnreadableReleases {
  private static final Logger LOG = LoggerFactory.getLogger(UnreadableReleases.class);
  private static final int UNPROCESSABLE = 422;
  private static final int MAX_MESSAGE = 1024;
  private static final String STATUS = "status";
  private static final String CONDITIONS = "conditions";

  private final KubernetesClient client;
  private final EventWriter events;

  UnreadableReleases(KubernetesClient client, EventWriter events) {
    this.client = client;
    this.events = events;
  }

  /**
   * Tells of it in an Event and, where that can be read, in the status.
   *
   * @return whether all is told; if not, somebody else has written meanwhile
   */
  boolean tell(ModelRelease release, Instant now) {
    Optional<GenericKubernetesResource> found = Unreadable.find(client, release);
    if (found.isEmpty()) {
      return true;
    }
    ObjectNode all =
        (ObjectNode) client.getKubernetesSerialization().convertValue(found.get(), JsonNode.class);
    List<String> problems = Unreadable.problems(all, release);
    if (problems.isEmpty()) {
      // It was mended meanwhile: the cache will tell.
      return true;
    }
    String message = Text.line(String.join("; ", problems), MAX_MESSAGE);
    event(release, message, now);
    if (Unreadable.hasLostStatus(all, release)) {
      // Where the run stands is in there: it is not overwritten.
      return true;
    }
    JsonNode before = all.path(STATUS).deepCopy();
    put(all.withObjectProperty(STATUS), release, message, now);
    return all.path(STATUS).equals(before) || write(found.get(), all);
  }

  /** What serves stays as it is: nobody knows where requests were to go. */
  void leave(ModelRelease release, Instant now) {
    event(
        release,
        "is deleted, but its spec cannot be read: its Deployments, Services and route are left as"
            + " they are",
        now);
  }

  private void event(ModelRelease release, String message, Instant now) {
    var metadata = release.getMetadata();
    LOG.warn("{}/{} cannot be read: {}", metadata.getNamespace(), metadata.getName(), message);
    String subject = "unreadable/" + Text.line(message, 80) + "/" + metadata.getGeneration();
    events.write(release, new Transition(Reason.INVALID_SPEC, true, message, subject), now);
  }

  private static void put(ObjectNode status, ModelRelease release, String message, Instant now) {
    long generation = release.getMetadata().getGeneration();
    if (!status.has("phase")) {
      status.set("phase", ContractJson.tree(ReleasePhase.PENDING));
    }
    status.put("observedGeneration", generation);
    status.put("message", message);
    List<Condition> conditions =
        List.of(
            condition(release, Condition.Type.RECONCILING, false, message, now),
            condition(release, Condition.Type.STALLED, true, message, now));
    Set<String> types =
        conditions.stream()
            .map(condition -> ContractJson.tree(condition.type()).asText())
            .collect(Collectors.toSet());
    ArrayNode kept = status.arrayNode();
    status.path(CONDITIONS).forEach(kept::add);
    for (int i = kept.size() - 1; i >= 0; i--) {
      if (types.contains(kept.get(i).path("type").asText())) {
        kept.remove(i);
      }
    }
    conditions.forEach(condition -> kept.add(ContractJson.tree(condition)));
    status.set(CONDITIONS, kept);
  }

  private static Condition condition(
      ModelRelease release, Condition.Type type, boolean holds, String message, Instant now) {
    Condition.Status status = holds ? Condition.Status.TRUE : Condition.Status.FALSE;
    String since =
        Objects.requireNonNullElse(release.getStatus(), ModelReleaseStatus.NONE)
            .condition(type)
            .filter(known -> known.status() == status)
            .map(Condition::lastTransitionTime)
            .orElse(now.truncatedTo(ChronoUnit.SECONDS).toString());
    long generation = release.getMetadata().getGeneration();
    return new Condition(type, status, generation, since, Reason.INVALID_SPEC, message);
  }

  private boolean write(GenericKubernetesResource found, ObjectNode all) {
    found.setAdditionalProperty(
        STATUS, client.getKubernetesSerialization().convertValue(all.path(STATUS), Object.class));
    try {
      client.resource(found).updateStatus();
      return true;
    } catch (KubernetesClientException e) {
      switch (e.getCode()) {
        case HttpURLConnection.HTTP_CONFLICT -> {
          return false;
        }
        case HttpURLConnection.HTTP_NOT_FOUND -> {
          return true;
        }
        case UNPROCESSABLE -> {
          LOG.warn("its status cannot be written: {}", e.getMessage());
          return true;
        }
        default -> throw e;
      }
    }
  }
}
