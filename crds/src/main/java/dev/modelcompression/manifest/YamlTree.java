package dev.modelcompression.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.StringReader;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * One YAML document as a JSON tree that knows its lines. Bounded, so that no file can take all
 * memory: {@value #MAX_BYTES} bytes, {@value #MAX_VALUES} values after aliases are followed,
 * {@value #MAX_DEPTH} levels.
 */
final class YamlTree {
  static final int MAX_BYTES = 256 * 1024;
  static final int MAX_VALUES = 20_000;
  static final int MAX_DEPTH = 32;

  /** Whole numbers as Go reads them; {@code 1:30} is text. */
  private static final Pattern INTEGER = Pattern.compile("[-+]?[0-9][0-9a-fA-FxX_]*");

  /** More than any whole number of the schema has. */
  private static final int MAX_DIGITS = 20;

  private static final Set<String> TRUE = Set.of("true", "yes", "on");

  private final JsonNodeFactory json = JsonNodeFactory.instance;
  private final Map<String, Integer> lines = new HashMap<>();
  private final List<Problem> problems = new ArrayList<>();
  private final JsonNode root;
  private int values;

  private YamlTree(Node document) {
    root = convert(document, "", 0);
  }

  /**
   * Reads a text that holds exactly one document.
   *
   * @throws InvalidManifestException the text is no YAML, too large, or holds another number of
   *     documents
   */
  static YamlTree read(String yaml, String source) {
    int bytes = yaml.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MAX_BYTES) {
      throw invalid(source, 0, "has " + bytes + " bytes, expected at most " + MAX_BYTES);
    }
    try {
      List<Node> documents = new ArrayList<>();
      LoaderOptions options = new LoaderOptions();
      options.setCodePointLimit(MAX_BYTES);
      options.setNestingDepthLimit(MAX_DEPTH);
      new Yaml(new SafeConstructor(options))
          .composeAll(new StringReader(yaml))
          .forEach(documents::add);
      documents.removeIf(document -> document.getTag().equals(Tag.NULL));
      if (documents.size() != 1) {
        throw invalid(
            source,
            documents.size() > 1 ? documents.get(1).getStartMark().getLine() + 1 : 0,
            "holds " + documents.size() + " documents, expected exactly one ModelCompression");
      }
      YamlTree tree = new YamlTree(documents.get(0));
      if (!tree.problems.isEmpty()) {
        throw new InvalidManifestException(source, tree.problems);
      }
      return tree;
    } catch (MarkedYAMLException e) {
      int line = e.getProblemMark() == null ? 0 : e.getProblemMark().getLine() + 1;
      throw invalid(source, line, "is not YAML: " + e.getProblem());
    } catch (YAMLException e) {
      throw invalid(source, 0, "is not YAML: " + e.getMessage());
    }
  }

  /**
   * A value as YAML writes it on one line, such as {@code 0.5}, {@code Taylor} or {@code [a, b]}.
   */
  static JsonNode value(String yaml, String source) {
    return read("value: " + yaml, source).root.path("value");
  }

  JsonNode root() {
    return root;
  }

  /** Line of the value with that path, or of the nearest value around it; 0 when unknown. */
  int line(String path) {
    String at = path;
    while (!at.isEmpty() && !lines.containsKey(at)) {
      at = at.substring(0, Math.max(0, Math.max(at.lastIndexOf('.'), at.lastIndexOf('['))));
    }
    return lines.getOrDefault(at, 0);
  }

  private JsonNode convert(Node node, String path, int depth) {
    lines.putIfAbsent(path, node.getStartMark().getLine() + 1);
    if (depth > MAX_DEPTH || ++values > MAX_VALUES) {
      throw new YAMLException(
          depth > MAX_DEPTH
              ? "nested more than " + MAX_DEPTH + " levels deep"
              : "more than " + MAX_VALUES + " values");
    }
    if (node instanceof MappingNode mapping) {
      return object(mapping, path, depth);
    }
    if (node instanceof SequenceNode sequence) {
      ArrayNode array = json.arrayNode();
      for (Node item : sequence.getValue()) {
        array.add(convert(item, path + "[" + array.size() + "]", depth + 1));
      }
      return array;
    }
    return scalar((ScalarNode) node, path);
  }

  private ObjectNode object(MappingNode mapping, String path, int depth) {
    ObjectNode object = json.objectNode();
    for (NodeTuple member : mapping.getValue()) {
      int line = member.getKeyNode().getStartMark().getLine() + 1;
      if (!(member.getKeyNode() instanceof ScalarNode key)) {
        problems.add(new Problem(path, line, "a field's name must be plain text"));
        continue;
      }
      String memberPath = path.isEmpty() ? key.getValue() : path + "." + key.getValue();
      lines.putIfAbsent(memberPath, line);
      if (object.has(key.getValue())) {
        problems.add(
            new Problem(
                memberPath,
                line,
                "is there twice, first in line " + lines.get(memberPath) + "; keep one"));
        continue;
      }
      object.set(key.getValue(), convert(member.getValueNode(), memberPath, depth + 1));
    }
    return object;
  }

  /**
   * As Kubernetes reads YAML: {@code y} is true, {@code 010} is 8, {@code 2:4} and dates are text.
   */
  private JsonNode scalar(ScalarNode node, String path) {
    String text = node.getValue();
    Tag tag = node.getTag();
    if (tag.equals(Tag.NULL)) {
      return json.nullNode();
    }
    if (tag.equals(Tag.BOOL)) {
      return json.booleanNode(TRUE.contains(text.toLowerCase(Locale.ROOT)));
    }
    if (node.isPlain() && text.matches("[yYnN]")) {
      return json.booleanNode(text.equalsIgnoreCase("y"));
    }
    if (tag.equals(Tag.INT) && INTEGER.matcher(text).matches()) {
      return json.numberNode(integer(text.replace("_", "").toLowerCase(Locale.ROOT)));
    }
    if (tag.equals(Tag.FLOAT)) {
      return decimal(text.replace("_", ""), path, node.getStartMark().getLine() + 1);
    }
    return json.textNode(text);
  }

  private static BigInteger integer(String text) {
    String digits = text.replaceFirst("^[-+]", "");
    BigInteger value =
        digits.startsWith("0x")
            ? new BigInteger(digits.substring(2), 16)
            : digits.startsWith("0b")
                ? new BigInteger(digits.substring(2), 2)
                : new BigInteger(digits, digits.startsWith("0") ? 8 : 10);
    return text.startsWith("-") ? value.negate() : value;
  }

  /** What has no fraction is a whole number, however it is written: {@code 3.0}, {@code 1e3}. */
  private JsonNode decimal(String text, String path, int line) {
    try {
      BigDecimal number = new BigDecimal(text);
      if (Double.isFinite(number.doubleValue())) {
        boolean small = number.precision() - number.scale() <= MAX_DIGITS;
        return small && number.stripTrailingZeros().scale() <= 0
            ? json.numberNode(number.toBigIntegerExact())
            : json.numberNode(number);
      }
    } catch (NumberFormatException e) {
      // Reported with the others.
    }
    problems.add(new Problem(path, line, text + " is not a decimal number"));
    return json.nullNode();
  }

  private static InvalidManifestException invalid(String source, int line, String text) {
    return new InvalidManifestException(source, List.of(new Problem("", line, text)));
  }
}
