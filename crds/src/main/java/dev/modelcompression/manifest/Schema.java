package dev.modelcompression.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.modelcompression.api.StepType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The schemas inside the CRDs: the one place that says which fields, types, limits and defaults.
 */
final class Schema {
  private static final String PRESERVE = "x-kubernetes-preserve-unknown-fields";

  /** Schema of {@code spec} of a ModelCompression, as Kubernetes has it. */
  static final JsonNode SPEC = load("modelcompressions");

  /** Schema of {@code spec} of a ModelRelease. */
  static final JsonNode RELEASE = load("modelreleases");

  private Schema() {}

  /** Schema of one step's settings. */
  static JsonNode settings(StepType type) {
    return SPEC.path("properties")
        .path("steps")
        .path("items")
        .path("properties")
        .path(type.member());
  }

  /** The same schema, in which a field that is not declared is an error. */
  static JsonNode closed(JsonNode schema) {
    JsonNode copy = schema.deepCopy();
    close(copy);
    return copy;
  }

  /** Fills in the defaults of fields that are left out, as an API server does. */
  static void addDefaults(JsonNode schema, JsonNode value) {
    if (value instanceof ObjectNode object) {
      schema
          .path("properties")
          .properties()
          .forEach(
              property -> {
                JsonNode fallback = property.getValue().path("default");
                if (!object.has(property.getKey()) && !fallback.isMissingNode()) {
                  object.set(property.getKey(), fallback);
                }
                addDefaults(property.getValue(), object.path(property.getKey()));
              });
    } else if (value.isArray()) {
      value.forEach(item -> addDefaults(schema.path("items"), item));
    }
  }

  /** Whether anything may stand below the value. */
  static boolean open(JsonNode schema) {
    return schema.path(PRESERVE).asBoolean() || schema.has("additionalProperties");
  }

  /** Schema of a member of an object, declared or of a map. */
  static JsonNode member(JsonNode schema, String name) {
    JsonNode declared = schema.path("properties").path(name);
    return declared.isMissingNode() ? schema.path("additionalProperties") : declared;
  }

  /** Names of the declared fields of an object. */
  static List<String> fields(JsonNode schema) {
    List<String> names = new ArrayList<>();
    schema.path("properties").fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static void close(JsonNode schema) {
    if (schema instanceof ObjectNode object
        && "object".equals(object.path("type").asText())
        && !open(schema)) {
      object.put("additionalProperties", false);
    }
    schema.path("properties").forEach(Schema::close);
    if (schema.has("items")) {
      close(schema.path("items"));
    }
  }

  private static JsonNode load(String kinds) {
    String resource = "/META-INF/fabric8/%s.modelcompression.dev-v1.yml".formatted(kinds);
    try (InputStream crd = Schema.class.getResourceAsStream(resource)) {
      if (crd == null) {
        throw new IllegalStateException("the CRD is missing from the class path: " + resource);
      }
      JsonNode version = new YAMLMapper().readTree(crd).path("spec").path("versions").path(0);
      return version.path("schema").path("openAPIV3Schema").path("properties").path("spec");
    } catch (IOException e) {
      throw new UncheckedIOException("the CRD cannot be read: " + resource, e);
    }
  }
}
