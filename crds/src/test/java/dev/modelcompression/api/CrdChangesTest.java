package dev.modelcompression.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Nobody's ModelCompression may break by an upgrade within a version. The CRD of each release is in
 * {@code src/test/resources/released}, under the number of the release, and is not changed again.
 * At a release, and for 0.1.0 until it is out: {@code cp
 * crds/src/main/resources/META-INF/fabric8/*.yml crds/src/test/resources/released/NUMBER/}.
 */
class CrdChangesTest {
  private static final YAMLMapper YAML = new YAMLMapper();
  private static final Path RELEASED = Path.of("src/test/resources/released");

  @ParameterizedTest
  @MethodSource("released")
  void nothingThatWasReleasedIsBroken(Path release) throws IOException {
    Path now = CrdTest.COMMITTED.resolve(release.getFileName());
    assertThat(CrdChanges.breaking(YAML.readTree(release.toFile()), YAML.readTree(now.toFile())))
        .isEmpty();
  }

  /** Schema of one field before, schema after, and what that breaks; nothing when empty. */
  @ParameterizedTest(name = "{0} -> {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{type: string}                        | {type: string, description: other}          | ``",
        "{type: string}                        | {type: integer}                             | type was",
        "{type: integer, format: int32}        | {type: integer, format: int64}              | format was",
        "{type: integer, maximum: 9}           | {type: integer, maximum: 10}                | ``",
        "{type: integer, maximum: 9}           | {type: integer}                             | ``",
        "{type: integer, maximum: 9}           | {type: integer, maximum: 8.5}               | maximum was 9 and is 8.5",
        "{type: integer}                       | {type: integer, maximum: 9}                 | maximum was",
        "{type: integer, minimum: 1}           | {type: integer, minimum: 0}                 | ``",
        "{type: integer, minimum: 1}           | {type: integer, minimum: 2}                 | minimum was 1 and is 2",
        "{type: number, minimum: 0}            | {type: number, minimum: 0, exclusiveMinimum: true} | exclusiveMinimum was added",
        "{type: number, exclusiveMinimum: true, minimum: 0} | {type: number, minimum: 0}     | ``",
        "{type: string, maxLength: 9}          | {type: string, maxLength: 8}                | maxLength was 9 and is 8",
        "{type: string}                        | {type: string, minLength: 1}                | minLength was",
        "{type: array, items: {type: string}, maxItems: 9} | {type: array, items: {type: string}, maxItems: 8} | maxItems was 9 and is 8",
        "{type: array, items: {type: string}}  | {type: array, items: {type: string, maxLength: 1}} | v1.f[]: maxLength was",
        "{type: object, maxProperties: 9, additionalProperties: {type: string}} | {type: object, maxProperties: 9, additionalProperties: {type: integer}} | v1.f[]: type was",
        "{type: string, pattern: a}            | {type: string, pattern: b}                  | another pattern: b",
        "{type: string, pattern: a}            | {type: string}                              | ``",
        "{type: string}                        | {type: string, pattern: b}                  | another pattern: b",
        "{type: string, enum: [a, b]}          | {type: string, enum: [b, a, c]}             | ``",
        "{type: string, enum: [a, b]}          | {type: string, enum: [a]}                   | no longer takes \"b\"",
        "{type: string}                        | {type: string, enum: [a]}                   | takes only some values now",
        "{type: string, enum: [a]}             | {type: string}                              | ``",
        "{type: integer, default: 1}           | {type: integer, default: 2}                 | default was 1 and is 2",
        "{type: integer, default: 1}           | {type: integer}                             | default was",
        "{type: integer}                       | {type: integer, default: 1}                 | default was",
        "{type: string, nullable: true}        | {type: string}                              | is no longer nullable",
        "{type: object, x-kubernetes-preserve-unknown-fields: true} | {type: object}         | no longer keeps unknown fields",
        "{type: object, properties: {a: {type: string}}} | {type: object, properties: {a: {type: string}, b: {type: string}}} | ``",
        "{type: object, properties: {a: {type: string}, b: {type: string}}} | {type: object, properties: {a: {type: string}}} | v1.f.b: was removed",
        "{type: object, properties: {a: {type: string}}} | {type: object, required: [b], properties: {a: {type: string}, b: {type: string}}} | v1.f.b: is required now",
        "{type: object, required: [a], properties: {a: {type: string}}} | {type: object, properties: {a: {type: string}}} | ``",
        "{type: string, x-kubernetes-validations: [{rule: r, message: m}]} | {type: string, x-kubernetes-validations: [{rule: r, message: n}]} | ``",
        "{type: string, x-kubernetes-validations: [{rule: r}]} | {type: string}               | ``",
        "{type: string, x-kubernetes-validations: [{rule: r}]} | {type: string, x-kubernetes-validations: [{rule: s}]} | new rule: s",
      })
  void saysWhatAFieldBreaks(String before, String after, String broken) throws IOException {
    List<String> found = CrdChanges.breaking(crd("v1", before), crd("v1", after));
    if (broken.isEmpty()) {
      assertThat(found).isEmpty();
    } else {
      assertThat(found).singleElement().asString().contains(broken);
    }
  }

  @Test
  void versionsAndNamesStay() throws IOException {
    String field = "{type: string}";
    assertThat(CrdChanges.breaking(crd("v1alpha1", field), crd("v1", field)))
        .containsExactly("v1alpha1: is no longer served");
    JsonNode other =
        YAML.readTree(YAML.writeValueAsString(crd("v1", field)).replace("Thing", "Other"));
    assertThat(CrdChanges.breaking(crd("v1", field), other))
        .containsExactly("/spec/names/kind: changed");
    JsonNode unserved =
        YAML.readTree(
            YAML.writeValueAsString(crd("v1", field)).replace("served: true", "served: false"));
    assertThat(CrdChanges.breaking(crd("v1", field), unserved))
        .containsExactly("v1: is no longer served");
    assertThat(CrdChanges.breaking(unserved, crd("v2", field))).isEmpty();
    JsonNode plain =
        YAML.readTree(YAML.writeValueAsString(crd("v1", field)).replace("status: {}", "other: {}"));
    assertThat(CrdChanges.breaking(crd("v1", field), plain))
        .containsExactly("v1: subresource status was removed");
  }

  private static JsonNode crd(String version, String field) throws IOException {
    return YAML.readTree(
        """
        spec:
          group: example.com
          scope: Namespaced
          names: {kind: Thing, plural: things}
          versions:
          - name: %s
            served: true
            subresources: {status: {}}
            schema: {openAPIV3Schema: {type: object, properties: {f: %s}}}
        """
            .formatted(version, field));
  }

  private static Stream<Path> released() throws IOException {
    try (Stream<Path> files = Files.walk(RELEASED)) {
      return files.filter(Files::isRegularFile).sorted().toList().stream();
    }
  }
}
