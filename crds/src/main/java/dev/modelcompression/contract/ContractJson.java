package dev.modelcompression.contract;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Strict JSON of the contract: what is unknown, missing, doubled or of another type is an error.
 */
public final class ContractJson {
  private static final int MAX_DEPTH = 64;

  /** Names of classes within messages; only the last part means something to a reader. */
  private static final Pattern CLASS = Pattern.compile("`(?:[a-z]\\w*\\.)+(?:\\w+\\$)?(\\w+)`");

  /** What the JSON library says of a field that has to be there. */
  private static final Pattern MISSING =
      Pattern.compile("Missing required creator property '(\\w+)'.*");

  /** A note that the text itself is not shown; where in the text it is stays. */
  private static final Pattern SOURCE =
      Pattern.compile("\\[Source: [^\\]]*?((?:line: [^\\]]*)?)\\]");

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .addModule(new JavaTimeModule())
          .build();

  private ContractJson() {}

  /**
   * Reads a request.
   *
   * @throws IllegalArgumentException the text is not exactly a request; says where
   */
  public static StepRequest readRequest(String json) {
    return read(json, StepRequest.class, "step request");
  }

  /**
   * Reads a report.
   *
   * @throws IllegalArgumentException the text is not exactly a report; says where
   */
  public static StepReport readReport(String json) {
    return read(json, StepReport.class, "step report");
  }

  /**
   * Reads a request for the inputs of a run.
   *
   * @throws IllegalArgumentException the text is not exactly such a request; says where
   */
  public static InputsRequest readInputsRequest(String json) {
    return read(json, InputsRequest.class, "inputs request");
  }

  /**
   * Reads a request to keep the outcome of a release.
   *
   * @throws IllegalArgumentException the text is not exactly such a request; says where
   */
  public static WriteBackRequest readWriteBackRequest(String json) {
    return read(json, WriteBackRequest.class, "write-back request");
  }

  /**
   * Reads a request to put a model where a server looks for it.
   *
   * @throws IllegalArgumentException the text is not exactly such a request; says where
   */
  public static FetchRequest readFetchRequest(String json) {
    return read(json, FetchRequest.class, "fetch request");
  }

  /**
   * Reads any record of this module.
   *
   * @param what name of the document in the error message
   * @throws IllegalArgumentException the text does not fit the type exactly; says where
   */
  public static <T> T read(String json, Class<T> type, String what) {
    try {
      JsonNode tree = MAPPER.readTree(json);
      nullIn(tree, "")
          .ifPresent(
              path -> {
                throw new IllegalArgumentException(what + path + ": is null");
              });
      return MAPPER.treeToValue(tree, type);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(what + explain(e), e);
    }
  }

  /** Writes a record of this module for people and machines to read. */
  public static String write(Object value) {
    try {
      return MAPPER.writeValueAsString(value) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("cannot be written as JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** A record of this module as a JSON tree. */
  public static JsonNode tree(Object value) {
    return MAPPER.valueToTree(value);
  }

  /** Path of the first null. Details are free in form and may have them. */
  private static Optional<String> nullIn(JsonNode node, String path) {
    if (node.isNull() || node.isMissingNode()) {
      return Optional.of(path);
    }
    return node.properties().stream()
        .filter(member -> !member.getKey().equals("details"))
        .flatMap(member -> nullIn(member.getValue(), path + " " + member.getKey()).stream())
        .findFirst();
  }

  private static String explain(JsonProcessingException e) {
    String path =
        e instanceof JsonMappingException mapping
            ? mapping.getPath().stream()
                .map(
                    part ->
                        part.getFieldName() == null
                            ? "[" + part.getIndex() + "]"
                            : "." + part.getFieldName())
                .collect(Collectors.joining())
            : "";
    return (path.isEmpty() ? "" : " " + path.substring(path.startsWith(".") ? 1 : 0))
        + ": "
        + reason(e);
  }

  /** What is wrong, in the words of the contract: no class of this program, no JSON library. */
  private static String reason(JsonProcessingException e) {
    if (e instanceof UnrecognizedPropertyException unknown) {
      return "unknown field '%s'; known: %s"
          .formatted(
              unknown.getPropertyName(),
              unknown.getKnownPropertyIds().stream()
                  .map(String::valueOf)
                  .sorted()
                  .collect(Collectors.joining(", ")));
    }
    String message =
        e instanceof ValueInstantiationException && e.getCause() != null
            ? String.valueOf(e.getCause().getMessage())
            : e.getOriginalMessage();
    Matcher missing = MISSING.matcher(message);
    if (missing.lookingAt()) {
      return "field '" + missing.group(1) + "' is missing";
    }
    return SOURCE
        .matcher(CLASS.matcher(message.lines().findFirst().orElse("malformed")).replaceAll("$1"))
        .replaceAll("$1");
  }
}
