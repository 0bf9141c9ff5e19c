package dev.modelcompression.contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * One text for each JSON value, so that equal values have equal digests: members sorted by name, no
 * white space, members that are null left out, numbers without trailing zeros ({@code 1}, {@code
 * 1.0} and {@code 1e0} are the same).
 */
public final class CanonicalJson {
  private CanonicalJson() {}

  /** The canonical text of a JSON tree or of a record of this module. */
  public static String of(Object value) {
    return text(value instanceof JsonNode node ? node : ContractJson.tree(value));
  }

  /** {@code sha256:} and the hexadecimal digest of the canonical text. */
  public static String digest(Object value) {
    return digestOfText(of(value));
  }

  /** {@code sha256:} and the hexadecimal digest of the text in UTF-8. */
  static String digestOfText(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return "sha256:" + HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static String text(JsonNode node) {
    if (node.isObject()) {
      TreeMap<String, String> members = new TreeMap<>();
      node.properties().stream()
          .filter(member -> !member.getValue().isNull())
          .forEach(member -> members.put(member.getKey(), text(member.getValue())));
      return members.entrySet().stream()
          .map(member -> TextNode.valueOf(member.getKey()) + ":" + member.getValue())
          .collect(Collectors.joining(",", "{", "}"));
    }
    if (node.isArray()) {
      return StreamSupport.stream(node.spliterator(), false)
          .map(CanonicalJson::text)
          .collect(Collectors.joining(",", "[", "]"));
    }
    if (node.isNumber()) {
      BigDecimal number = node.decimalValue().stripTrailingZeros();
      // Not 1E+1: a strict reader takes that for no whole number.
      return number.scale() < 0 ? number.toPlainString() : number.toString();
    }
    return node.toString();
  }
}
