package dev.modelcompression.cli.writeback;

import dev.modelcompression.api.Manifest;
import dev.modelcompression.cli.writeback.YamlNode.Kind;
import dev.modelcompression.contract.WriteBackRequest;
import dev.modelcompression.contract.WriteBackRequest.Outcome;
import dev.modelcompression.data.InvalidDataException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * The document of a YAML file that declares a release. It is changed as text: only the values
 * concerned, so that comments, order and layout stay.
 */
final class ReleaseDocument {
  private static final String DENIED = "denyDigests";

  private final String text;
  private final WriteBackRequest request;
  private final String name;
  private final List<YamlNode> documents;
  private final int index;

  /**
   * Finds the document.
   *
   * @throws InvalidDataException the text is no YAML, or has no such document or several
   */
  ReleaseDocument(String text, WriteBackRequest request) {
    this.text = text;
    this.request = request;
    var meant = request.document();
    this.name = "%s %s/%s".formatted(meant.kind().text(), meant.namespace(), meant.name());
    this.documents = YamlNode.documents(text);
    this.index = index();
  }

  /**
   * The text with the outcome in it; the same text when it says so already.
   *
   * @throws InvalidDataException the place for it is missing, or is written in a way that cannot be
   *     changed without changing something else
   */
  String edited() {
    var edits = new TextEdits(text);
    var release = step(documents.get(index), release().toArray(String[]::new));
    if (request.outcome() == Outcome.PROMOTED) {
      promote(edits, release);
    } else {
      deny(edits, release);
    }
    String edited = edits.apply();
    if (!edited.equals(text)) {
      requireOnlyThat(edited);
    }
    return edited;
  }

  private List<String> release() {
    return request.document().kind() == WriteBackRequest.Kind.MODEL_RELEASE
        ? List.of("spec")
        : List.of("spec", "release");
  }

  private void promote(TextEdits edits, YamlNode release) {
    if (release.get("baseline").isEmpty() && !release.entries().isEmpty()) {
      // A compression's release begins at the model that was compressed, and need not name it.
      edits.addBaseline(
          release,
          release.entries().get(release.entries().size() - 1),
          request.model().uri(),
          request.digest());
      return;
    }
    var model = step(release, "baseline", "model");
    var uri = step(model, "uri");
    set(edits, uri, request.model().uri());
    var digest = model.get("digest");
    if (digest.isPresent()) {
      set(edits, plain(digest.get(), "digest"), request.digest());
    } else {
      edits.addEntry(
          model, uri, "digest", TextEdits.quoted(request.digest(), TextEdits.keyStyle(model)));
    }
  }

  private void set(TextEdits edits, YamlNode scalar, String value) {
    if (scalar.kind() != Kind.SCALAR) {
      throw refused("baseline.model", "has a list or a mapping where a text is expected");
    }
    if (scalar.isNull()) {
      edits.replaceByText(scalar, TextEdits.quoted(value, scalar.style()));
    } else if (!scalar.value().equals(value)) {
      edits.replace(scalar, value);
    }
  }

  private void deny(TextEdits edits, YamlNode release) {
    var denied = release.get(DENIED);
    if (denied.isEmpty()) {
      var after =
          release
              .get("baseline")
              .orElseGet(() -> release.entries().get(release.entries().size() - 1));
      edits.addList(release, after, DENIED, request.digest());
      return;
    }
    var list = plain(denied.get(), DENIED);
    if (list.isNull()) {
      edits.replaceByText(list, "[" + request.digest() + "]");
      return;
    }
    if (list.kind() != Kind.SEQUENCE) {
      throw refused(DENIED, "is no list");
    }
    if (list.entries().stream().noneMatch(item -> item.value().equals(request.digest()))) {
      edits.addItem(list, request.digest());
    }
  }

  /** Goes down; each step has to be there, and to be written out. */
  private YamlNode step(YamlNode from, String... path) {
    YamlNode node = from;
    var walked = new ArrayList<String>();
    for (String key : path) {
      walked.add(key);
      String place = String.join(".", walked);
      node =
          plain(
              node.get(key).orElseThrow(() -> refused(place, "is missing; add it once by hand")),
              place);
    }
    return node;
  }

  private YamlNode plain(YamlNode node, String place) {
    if (node.named()) {
      throw refused(
          place, "has an anchor or is an alias: a change would reach further; write it out");
    }
    return node;
  }

  private InvalidDataException refused(String place, String why) {
    return new InvalidDataException("%s: %s %s".formatted(name, place, why));
  }

  private int index() {
    List<Integer> same = new ArrayList<>();
    List<Integer> without = new ArrayList<>();
    for (int i = 0; i < documents.size(); i++) {
      var document = documents.get(i);
      if (isMeant(document)) {
        var namespace = document.text("metadata", "namespace");
        if (namespace.isEmpty()) {
          without.add(i);
        } else if (namespace.get().equals(request.document().namespace())) {
          same.add(i);
        }
      }
    }
    var found = same.isEmpty() ? without : same;
    if (found.size() != 1) {
      throw new InvalidDataException(
          found.isEmpty()
              ? "has no document %s among %d".formatted(name, documents.size())
              : "has %d documents %s, expected one".formatted(found.size(), name));
    }
    return found.get(0);
  }

  private boolean isMeant(YamlNode document) {
    return document.text("kind").equals(Optional.of(request.document().kind().text()))
        && document.text("apiVersion").filter(v -> v.startsWith(Manifest.GROUP + "/")).isPresent()
        && document.text("metadata", "name").equals(Optional.of(request.document().name()));
  }

  /** Compares what the old and the new text mean: the values concerned differ, and nothing else. */
  private void requireOnlyThat(String edited) {
    List<Object> expected = new ArrayList<>(load(text));
    expected.set(index, changed(expected.get(index), release()));
    if (!load(edited).equals(expected)) {
      throw new InvalidDataException(
          name + ": cannot be changed without changing something else; write it in a plainer way");
    }
  }

  private Object changed(@Nullable Object value, List<String> path) {
    if (path.isEmpty()) {
      return request.outcome() == Outcome.PROMOTED
          ? with(
              value,
              List.of("baseline", "model"),
              Map.of("uri", request.model().uri(), "digest", request.digest()))
          : denied(value);
    }
    var map = copy(value);
    map.put(path.get(0), changed(map.get(path.get(0)), path.subList(1, path.size())));
    return map;
  }

  private static Object with(
      @Nullable Object value, List<String> path, Map<String, Object> values) {
    var map = copy(value);
    if (path.isEmpty()) {
      map.putAll(values);
    } else {
      map.put(path.get(0), with(map.get(path.get(0)), path.subList(1, path.size()), values));
    }
    return map;
  }

  private Object denied(@Nullable Object value) {
    var map = copy(value);
    List<Object> list =
        new ArrayList<>(map.get(DENIED) instanceof List<?> there ? there : List.of());
    list.add(request.digest());
    map.put(DENIED, list);
    return map;
  }

  private static Map<Object, Object> copy(@Nullable Object value) {
    return new LinkedHashMap<>(value instanceof Map<?, ?> map ? map : Map.of());
  }

  private static List<Object> load(String text) {
    var options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    try {
      return StreamSupport.stream(
              new Yaml(new SafeConstructor(options)).loadAll(text).spliterator(), false)
          .map(document -> Objects.requireNonNullElse(document, Arrays.asList()))
          .toList();
    } catch (YAMLException e) {
      throw new InvalidDataException(
          "is no YAML: " + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
    }
  }
}
