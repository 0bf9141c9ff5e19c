package dev.modelcompression.operator.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;

/**
 * A call to the API server, from its audit log.
 *
 * @param user who called
 * @param verb get, list, watch, create, update, patch, delete or deletecollection
 * @param resource the resource, with the subresource after a slash
 * @param namespace the namespace; empty for what is in none
 * @param name the object; empty for collections
 * @param code HTTP status of the answer
 * @param done when it was answered
 * @param body what was sent; missing where the log leaves it out
 */
record Call(
    String user,
    String verb,
    String resource,
    String namespace,
    String name,
    int code,
    Instant done,
    JsonNode body) {
  private static final Set<String> WRITES =
      Set.of("create", "update", "patch", "delete", "deletecollection");

  static Call of(JsonNode event) {
    JsonNode object = event.path("objectRef");
    String subresource = object.path("subresource").asText("");
    return new Call(
        event.path("user").path("username").asText(""),
        event.path("verb").asText(""),
        object.path("resource").asText("") + (subresource.isEmpty() ? "" : "/" + subresource),
        object.path("namespace").asText(""),
        object.path("name").asText(""),
        event.path("responseStatus").path("code").asInt(0),
        Instant.parse(event.path("stageTimestamp").asText()),
        event.path("requestObject"));
  }

  boolean isOperators() {
    return user.equals(OperatorUser.NAME);
  }

  boolean isWrite() {
    return WRITES.contains(verb);
  }

  /** A write that is not an Event, and does not hold a lease. */
  boolean isState() {
    return isWrite() && !isEvent() && !resource.equals("leases");
  }

  boolean isEvent() {
    return isWrite() && resource.equals("events");
  }

  boolean isRead() {
    return verb.equals("get") || verb.equals("list");
  }

  boolean is(String aVerb, String aResource) {
    return verb.equals(aVerb) && resource.equals(aResource);
  }

  /** How much later than another it was answered, in milliseconds. */
  double millisAfter(Call other) {
    return Duration.between(other.done, done).toNanos() / 1e6;
  }
}
