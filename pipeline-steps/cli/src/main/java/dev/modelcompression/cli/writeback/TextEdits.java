package dev.modelcompression.cli.writeback;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;

/** Changes of a YAML text at places of its nodes; what is between them stays, byte by byte. */
final class TextEdits {
  /** Text that nobody takes for anything else, even within brackets. */
  private static final Pattern PLAIN =
      Pattern.compile("(?!.*:$)[A-Za-z][A-Za-z0-9._~/@%+=-]*(:[A-Za-z0-9._~/@%+=-]+)*");

  private record Change(int end, String text) {}

  private final String text;
  private final String lineEnd;
  private final Map<Integer, Change> changes = new TreeMap<>();

  TextEdits(String text) {
    this.text = text;
    this.lineEnd = text.contains("\r\n") ? "\r\n" : "\n";
  }

  /** Gives a scalar another value, in the quotes that it had. */
  void replace(YamlNode scalar, String value) {
    changes.put(scalar.start(), new Change(scalar.end(), quoted(value, scalar.style())));
  }

  /** Puts text in the place of a node; where nothing was written, behind the colon. */
  void replaceByText(YamlNode node, String value) {
    boolean absent = node.start() == node.end();
    changes.put(node.start(), new Change(node.end(), absent ? " " + value : value));
  }

  /** Adds an entry to a mapping, behind one that it has. */
  void addEntry(YamlNode mapping, YamlNode after, String key, String value) {
    if (mapping.flow()) {
      insert(after.end(), ", " + quotedKey(mapping, key) + ": " + value);
    } else {
      insertLine(after, mapping.column(), key + ": " + value);
    }
  }

  /** Adds an item to the end of a sequence. */
  void addItem(YamlNode sequence, String value) {
    if (sequence.entries().isEmpty()) {
      changes.put(sequence.start(), new Change(sequence.end(), "[" + value + "]"));
    } else if (sequence.flow()) {
      insert(last(sequence).end(), ", " + quoted(value, last(sequence).style()));
    } else {
      insertLine(last(sequence), sequence.column(), "- " + quoted(value, last(sequence).style()));
    }
  }

  /** A new entry that is itself a list of one: in lines of its own, or in brackets. */
  void addList(YamlNode mapping, YamlNode after, String key, String item) {
    if (mapping.flow()) {
      addEntry(mapping, after, key, "[" + quoted(item, keyStyle(mapping)) + "]");
    } else {
      String indent = " ".repeat(mapping.column());
      insertLine(
          after,
          mapping.column(),
          key + ":" + lineEnd + indent + "- " + quoted(item, ScalarStyle.PLAIN));
    }
  }

  /** A new entry that names a model: in one line, whatever the mapping looks like. */
  void addBaseline(YamlNode mapping, YamlNode after, String uri, String digest) {
    ScalarStyle style = keyStyle(mapping);
    addEntry(
        mapping,
        after,
        "baseline",
        "{%s: {%s: %s, %s: %s}}"
            .formatted(
                quoted("model", style),
                quoted("uri", style),
                quoted(uri, style),
                quoted("digest", style),
                quoted(digest, style)));
  }

  String apply() {
    var edited = new StringBuilder();
    int at = 0;
    for (var change : changes.entrySet()) {
      edited.append(text, at, change.getKey()).append(change.getValue().text());
      at = change.getValue().end();
    }
    return edited.append(text, at, text.length()).toString();
  }

  /** A value as it is written next to others of a style. */
  static String quoted(String value, ScalarStyle style) {
    if (style == ScalarStyle.SINGLE_QUOTED) {
      return "'" + value.replace("'", "''") + "'";
    }
    return style == ScalarStyle.DOUBLE_QUOTED || !PLAIN.matcher(value).matches()
        ? '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"'
        : value;
  }

  /** JSON is YAML, and wants its keys and values in quotes. */
  static ScalarStyle keyStyle(YamlNode mapping) {
    return mapping.flow() && !mapping.entries().isEmpty()
        ? mapping.entries().get(0).style()
        : ScalarStyle.PLAIN;
  }

  private static String quotedKey(YamlNode mapping, String key) {
    return quoted(key, keyStyle(mapping));
  }

  private static YamlNode last(YamlNode sequence) {
    return sequence.entries().get(sequence.entries().size() - 1);
  }

  private void insert(int at, String added) {
    changes.merge(
        at,
        new Change(at, added),
        (one, other) -> new Change(one.end(), one.text() + other.text()));
  }

  private void insertLine(YamlNode after, int column, String line) {
    int end = text.indexOf('\n', after.end());
    int at = end < 0 ? text.length() : end > 0 && text.charAt(end - 1) == '\r' ? end - 1 : end;
    insert(at, lineEnd + " ".repeat(column) + line);
  }
}
