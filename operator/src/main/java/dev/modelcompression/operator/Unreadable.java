package dev.modelcompression.operator;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.deser.std.DelegatingDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelcompression.api.ModelCompression;
import dev.modelcompression.api.release.ModelRelease;
import dev.modelcompression.manifest.InvalidManifestException;
import dev.modelcompression.manifest.ModelCompressionParser;
import dev.modelcompression.manifest.ModelReleaseParser;
import dev.modelcompression.manifest.Problem;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.quarkus.kubernetes.client.KubernetesClientObjectMapperCustomizer;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Objects of ours that this version cannot read: they were stored under a CRD that was looser, or
 * is of another version. The client would end the watch of all objects of the kind at the first of
 * them. Here, what cannot be read is left out instead: an object without a spec is one of these.
 */
@Singleton
public final class Unreadable implements KubernetesClientObjectMapperCustomizer {
  private static final String SPEC = "spec";
  private static final String STATUS = "status";

  @Override
  public void customize(ObjectMapper mapper) {
    mapper.registerModule(
        new SimpleModule(Unreadable.class.getName()).setDeserializerModifier(new Modifier()));
  }

  /** Whether that is all that was left of an object. */
  public static boolean contains(CustomResource<?, ?> object) {
    return object.getSpec() == null;
  }

  /** All of an object, also what does not fit its type. Empty when it is gone. */
  public static Optional<GenericKubernetesResource> find(
      KubernetesClient client, CustomResource<?, ?> object) {
    return Optional.ofNullable(
        client
            .genericKubernetesResources(object.getApiVersion(), object.getKind())
            .inNamespace(object.getMetadata().getNamespace())
            .withName(object.getMetadata().getName())
            .get());
  }

  /**
   * Why an object cannot be read; empty when it can.
   *
   * @param all the object as the API server has it
   * @param read what could be read of it
   */
  public static List<String> problems(JsonNode all, CustomResource<?, ?> read) {
    ObjectNode manifest = ((ObjectNode) all.deepCopy()).retain("apiVersion", "kind", SPEC);
    manifest.putObject("metadata").put("name", read.getMetadata().getName());
    List<String> problems = new ArrayList<>();
    try {
      if (read instanceof ModelRelease) {
        ModelReleaseParser.parse(manifest.toString(), "", List.of());
      } else {
        ModelCompressionParser.parse(manifest.toString(), "");
      }
    } catch (InvalidManifestException e) {
      e.problems().forEach(p -> problems.add(new Problem(p.path(), 0, p.text()).toString()));
    } catch (IllegalArgumentException e) {
      problems.add(String.valueOf(e.getMessage()));
    }
    if (hasLostStatus(all, read)) {
      problems.add("status: is not one that this version understands");
    }
    return problems;
  }

  /** Whether there is a status that could not be read. */
  public static boolean hasLostStatus(JsonNode all, CustomResource<?, ?> read) {
    return all.has(STATUS) && read.getStatus() == null;
  }

  private static final class Modifier extends BeanDeserializerModifier {
    private static final long serialVersionUID = 1L;

    @Override
    public JsonDeserializer<?> modifyDeserializer(
        DeserializationConfig config, BeanDescription bean, JsonDeserializer<?> usual) {
      return bean.getBeanClass() == ModelCompression.class
              || bean.getBeanClass() == ModelRelease.class
          ? new Tolerant(usual)
          : usual;
    }
  }

  private static final class Tolerant extends DelegatingDeserializer {
    private static final long serialVersionUID = 1L;

    Tolerant(JsonDeserializer<?> usual) {
      super(usual);
    }

    @Override
    protected JsonDeserializer<?> newDelegatingInstance(JsonDeserializer<?> usual) {
      return new Tolerant(usual);
    }

    @Override
    public Object deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      ObjectNode tree = (ObjectNode) context.readTree(parser);
      try {
        return read(tree, parser, context);
      } catch (JsonProcessingException e) {
        tree.remove(SPEC);
      }
      try {
        return read(tree, parser, context);
      } catch (JsonProcessingException e) {
        tree.remove(STATUS);
        return read(tree, parser, context);
      }
    }

    private Object read(ObjectNode tree, JsonParser parser, DeserializationContext context)
        throws IOException {
      try (JsonParser again = tree.traverse(parser.getCodec())) {
        again.nextToken();
        return super.deserialize(again, context);
      }
    }
  }
}
