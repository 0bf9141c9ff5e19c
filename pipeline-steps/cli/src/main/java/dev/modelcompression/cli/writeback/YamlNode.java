package dev.modelcompression.cli.writeback;

import dev.modelcompression.data.InvalidDataException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.CollectionStartEvent;
import org.yaml.snakeyaml.events.DocumentStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.MappingStartEvent;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;

/**
 * A part of a YAML text that knows its place in it, so that the text around it can stay as it is.
 * Aliases are not followed.
 *
 * @param kind what it is
 * @param start its first character in the text
 * @param end behind its last character; of block collections, behind the last of what is in them
 * @param column of its first character within the line
 * @param flow whether it is written in brackets
 * @param named whether it has an anchor, or is an alias
 * @param style of a scalar
 * @param value of a scalar, else empty
 * @param entries of a mapping, key and value in turns; of a sequence, its items
 */
record YamlNode(
    Kind kind,
    int start,
    int end,
    int column,
    boolean flow,
    boolean named,
    ScalarStyle style,
    String value,
    List<YamlNode> entries) {
  private static final int MAX_DEPTH = 64;

  enum Kind {
    MAPPING,
    SEQUENCE,
    SCALAR,
    ALIAS
  }

  /**
   * Reads the documents of a text.
   *
   * @throws InvalidDataException it is no YAML
   */
  static List<YamlNode> documents(String text) {
    try {
      var events = new Yaml(new LoaderOptions()).parse(new StringReader(text)).iterator();
      var reader = new Reader(events, text);
      var documents = new ArrayList<YamlNode>();
      while (events.hasNext()) {
        if (events.next() instanceof DocumentStartEvent) {
          documents.add(reader.node(events.next(), 0));
        }
      }
      return documents;
    } catch (YAMLException e) {
      throw new InvalidDataException(
          "is no YAML: " + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
    }
  }

  /** The value of a key of a mapping. */
  Optional<YamlNode> get(String key) {
    if (kind == Kind.MAPPING) {
      for (int i = 0; i + 1 < entries.size(); i += 2) {
        if (entries.get(i).kind == Kind.SCALAR && entries.get(i).value.equals(key)) {
          return Optional.of(entries.get(i + 1));
        }
      }
    }
    return Optional.empty();
  }

  /** The text of a scalar below this node. */
  Optional<String> text(String... path) {
    Optional<YamlNode> found = Optional.of(this);
    for (String key : path) {
      found = found.flatMap(node -> node.get(key));
    }
    return found.filter(node -> node.kind == Kind.SCALAR).map(YamlNode::value);
  }

  /** Whether nothing was written, or {@code null}. */
  boolean isNull() {
    return kind == Kind.SCALAR
        && style == ScalarStyle.PLAIN
        && (value.isEmpty() || value.equals("~") || value.equalsIgnoreCase("null"));
  }

  private static final class Reader {
    private final Iterator<Event> events;
    private final String text;

    /** Where each character begins: the parser counts those outside the basic plane once. */
    private final int[] offsets;

    Reader(Iterator<Event> events, String text) {
      this.events = events;
      this.text = text;
      offsets = new int[text.codePointCount(0, text.length()) + 1];
      for (int i = 1; i < offsets.length; i++) {
        offsets[i] = text.offsetByCodePoints(offsets[i - 1], 1);
      }
    }

    YamlNode node(Event event, int depth) {
      if (depth > MAX_DEPTH) {
        throw new InvalidDataException("is nested deeper than " + MAX_DEPTH + " levels");
      }
      boolean named = event instanceof NodeEvent node && node.getAnchor() != null;
      if (event instanceof ScalarEvent scalar) {
        return scalar(scalar, named);
      }
      if (event instanceof AliasEvent) {
        return node(Kind.ALIAS, event, end(event), false, named, "", List.of());
      }
      return collection((CollectionStartEvent) event, named, depth);
    }

    private YamlNode scalar(ScalarEvent scalar, boolean named) {
      int start = start(scalar);
      int end = end(scalar);
      if (scalar.getScalarStyle() == ScalarStyle.LITERAL
          || scalar.getScalarStyle() == ScalarStyle.FOLDED) {
        while (end > start && Character.isWhitespace(text.charAt(end - 1))) {
          end--;
        }
      }
      return new YamlNode(
          Kind.SCALAR,
          start,
          end,
          scalar.getStartMark().getColumn(),
          false,
          named,
          scalar.getScalarStyle(),
          scalar.getValue(),
          List.of());
    }

    private YamlNode collection(CollectionStartEvent opened, boolean named, int depth) {
      var entries = new ArrayList<YamlNode>();
      Event next = events.next();
      while (!next.is(
          opened instanceof MappingStartEvent ? Event.ID.MappingEnd : Event.ID.SequenceEnd)) {
        entries.add(node(next, depth + 1));
        next = events.next();
      }
      boolean flow = opened.isFlow();
      int end = flow || entries.isEmpty() ? end(next) : entries.get(entries.size() - 1).end;
      var kind = opened instanceof MappingStartEvent ? Kind.MAPPING : Kind.SEQUENCE;
      return node(kind, opened, end, flow, named, "", entries);
    }

    private YamlNode node(
        Kind kind,
        Event event,
        int end,
        boolean flow,
        boolean named,
        String value,
        List<YamlNode> entries) {
      return new YamlNode(
          kind,
          start(event),
          end,
          event.getStartMark().getColumn(),
          flow,
          named,
          ScalarStyle.PLAIN,
          value,
          List.copyOf(entries));
    }

    private int start(Event event) {
      return offsets[event.getStartMark().getIndex()];
    }

    private int end(Event event) {
      return offsets[event.getEndMark().getIndex()];
    }
  }
}
