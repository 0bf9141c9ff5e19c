package dev.modelcompression.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The files that show what is valid leave nothing out, and those that are not say what happens. */
class ManifestFilesTest {
  /** In the schema, because all data sets have one type; a rule says that only calibration may. */
  private static final Set<String> FORBIDDEN =
      Set.of(
          "spec.datasets.training.from",
          "spec.datasets.evaluation.from",
          "spec.release.analysis.dataset.from",
          "spec.analysis.dataset.from");

  @Test
  void everyFileIsUsed() throws IOException {
    for (Path folder : List.of(ManifestFiles.FOLDER, ManifestFiles.RELEASES)) {
      try (Stream<Path> all = Files.list(folder)) {
        assertThat(all)
            .containsExactlyInAnyOrderElementsOf(
                Stream.concat(ManifestFiles.valid(folder), ManifestFiles.invalid(folder)).toList());
      }
    }
  }

  @Test
  void validReleasesUseEveryFieldOfTheirSpec() throws IOException {
    Set<String> used = new TreeSet<>();
    for (Path file : ManifestFiles.valid(ManifestFiles.RELEASES).toList()) {
      JsonNode spec = YamlTree.read(Files.readString(file), file.toString()).root().path("spec");
      collect("spec", Schema.RELEASE, spec, used);
    }
    Set<String> declared = new TreeSet<>();
    declare("spec", Schema.RELEASE, declared);
    declared.removeAll(FORBIDDEN);
    declared.removeIf(field -> field.startsWith("spec.server.podTemplate."));
    assertThat(used).containsAll(declared).hasSizeGreaterThan(50);
  }

  @Test
  void validFilesUseEveryFieldOfTheSpec() throws IOException {
    Set<String> used = new TreeSet<>();
    for (Path file : ManifestFiles.valid(ManifestFiles.FOLDER).toList()) {
      JsonNode spec = YamlTree.read(Files.readString(file), file.toString()).root().path("spec");
      collect("spec", Schema.SPEC, spec, used);
    }
    Set<String> declared = new TreeSet<>();
    declare("spec", Schema.SPEC, declared);
    declared.removeAll(FORBIDDEN);
    // A template of a ModelRelease has no candidate; what pods are made of is the same everywhere.
    declared.removeIf(field -> field.startsWith("spec.release.candidate"));
    declared.removeIf(field -> field.startsWith("spec.release.server.podTemplate."));
    assertThat(used).containsAll(declared).hasSizeGreaterThan(100);
  }

  /** One word for a cluster and one for the command line, so that neither is forgotten. */
  @ParameterizedTest
  @MethodSource("invalid")
  void invalidFileStatesWhatHappens(Path file) throws IOException {
    assertThat(
            Stream.of("refused", "stalled", "one machine only")
                .filter(word -> isStated(file, word)))
        .as("refused, stalled or one machine only")
        .hasSize(1);
    assertThat(Stream.of("expect", "mc takes it").filter(word -> isStated(file, word)))
        .as("expect or mc takes it")
        .hasSize(1);
  }

  /** Whatever an API server refuses, the command line refuses too. */
  @ParameterizedTest
  @MethodSource("invalid")
  void whatAnApiServerRefusesIsNoManifest(Path file) {
    assertThat(isStated(file, "refused") && isStated(file, "mc takes it")).isFalse();
  }

  private static boolean isStated(Path file, String word) {
    try {
      return !ManifestFiles.stated(file, word).isEmpty();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static void collect(String path, JsonNode schema, JsonNode value, Set<String> used) {
    used.add(path);
    value
        .properties()
        .forEach(
            member ->
                collect(
                    path + "." + (schema.has("properties") ? member.getKey() : "*"),
                    Schema.member(schema, member.getKey()),
                    member.getValue(),
                    used));
    if (value.isArray()) {
      value.forEach(item -> collect(path + "[]", schema.path("items"), item, used));
    }
  }

  private static void declare(String path, JsonNode schema, Set<String> declared) {
    declared.add(path);
    schema
        .path("properties")
        .properties()
        .forEach(field -> declare(path + "." + field.getKey(), field.getValue(), declared));
    if (schema.has("items")) {
      declare(path + "[]", schema.path("items"), declared);
    }
    if (schema.has("additionalProperties")) {
      declare(path + ".*", schema.path("additionalProperties"), declared);
    }
  }

  private static Stream<Path> invalid() throws IOException {
    return Stream.concat(
        ManifestFiles.invalid(ManifestFiles.FOLDER), ManifestFiles.invalid(ManifestFiles.RELEASES));
  }
}
