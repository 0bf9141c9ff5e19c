package dev.modelcompression.operator;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.modelcompression.contract.CanonicalJson;
import dev.modelcompression.contract.Text;
import dev.modelcompression.operator.job.Labels;
import dev.modelcompression.operator.report.Transition;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of transitions in Events. The name of an Event is made of what it tells: one that was told
 * before a crash is not told again. An Event that cannot be written holds up nothing.
 */
public final class EventWriter {
  private static final Logger LOG = LoggerFactory.getLogger(EventWriter.class);
  private static final int MAX_MESSAGE = 1024;
  private static final int MAX_NAME = 200;

  private final KubernetesClient client;

  /** Writes by that client. */
  public EventWriter(KubernetesClient client) {
    this.client = client;
  }

  /** Tells of a transition of an object of ours. */
  public void write(HasMetadata about, Transition transition, Instant now) {
    try {
      client.v1().events().resource(event(about, transition, now)).create();
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        LOG.warn("Event {} could not be written: {}", transition.reason().text(), e.getMessage());
      }
    }
  }

  private static Event event(HasMetadata about, Transition transition, Instant now) {
    var metadata = about.getMetadata();
    String digest =
        CanonicalJson.digest(
                JsonNodeFactory.instance
                    .arrayNode()
                    .add(metadata.getUid())
                    .add(transition.reason().text())
                    .add(transition.subject()))
            .substring("sha256:".length());
    String name = metadata.getName();
    String time = now.truncatedTo(ChronoUnit.SECONDS).toString();
    return new EventBuilder()
        .withNewMetadata()
        .withNamespace(metadata.getNamespace())
        .withName(
            (name.length() > MAX_NAME ? name.substring(0, MAX_NAME) : name)
                + "."
                + digest.substring(0, 16))
        .endMetadata()
        .withNewInvolvedObject()
        .withApiVersion(about.getApiVersion())
        .withKind(about.getKind())
        .withNamespace(metadata.getNamespace())
        .withName(name)
        .withUid(metadata.getUid())
        .endInvolvedObject()
        .withType(transition.warning() ? "Warning" : "Normal")
        .withReason(transition.reason().text())
        .withMessage(Text.line(transition.message(), MAX_MESSAGE))
        .withNewSource(Labels.OPERATOR, null)
        .withReportingComponent(Labels.OPERATOR)
        .withFirstTimestamp(time)
        .withLastTimestamp(time)
        .withCount(1)
        .build();
  }
}
