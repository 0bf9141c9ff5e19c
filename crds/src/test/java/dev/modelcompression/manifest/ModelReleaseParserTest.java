package dev.modelcompression.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelcompression.api.release.ReleaseManifest;
import dev.modelcompression.api.release.Traffic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ModelReleaseParserTest {
  private static final Path FOLDER = ManifestFiles.RELEASES;

  @ParameterizedTest
  @MethodSource("valid")
  void acceptsEveryValidFile(Path file) throws IOException {
    ReleaseManifest release = parse(file);
    assertThat(release.metadata().name()).isEqualTo("net");
    assertThat(ModelReleaseParser.check(release.spec())).isEmpty();
  }

  /** Each file says in {@code # expect:} lines, in any order, all that is wrong with it. */
  @ParameterizedTest
  @MethodSource("invalid")
  void saysEverythingThatIsWrongWithAnInvalidFile(Path file) throws IOException {
    List<String> expected = ManifestFiles.stated(file, "expect");
    List<Problem> problems = new ArrayList<>();
    try {
      ModelReleaseParser.parse(Files.readString(file), "release.yaml", List.of());
    } catch (InvalidManifestException e) {
      problems.addAll(e.problems());
    }
    assertThat(expected)
        .allSatisfy(
            line -> assertThat(problems).anyMatch(problem -> problem.toString().contains(line)));
    assertThat(problems).hasSize(expected.size());
  }

  @Test
  void fillsInDefaults() throws IOException {
    ReleaseManifest release = parse(FOLDER.resolve("valid-smallest.yaml"));
    assertThat(release.spec().traffic().provider()).isEqualTo(Traffic.Provider.GATEWAY_API);
    assertThat(release.spec().traffic().weights()).containsExactly(10, 50, 100);
    assertThat(release.spec().server().port()).isEqualTo(8080);
    assertThat(release.spec().analysis().samples()).isEqualTo(500);
    assertThat(release.spec().progressDeadline()).isEqualTo("2h");
  }

  @Test
  void setsSingleValues() throws IOException {
    Path file = FOLDER.resolve("valid-smallest.yaml");
    ReleaseManifest release =
        parse(file, "spec.traffic.weights=[5, 100]", "spec.analysis.metrics[errorRate].max=0.5");
    assertThat(release.spec().traffic().weights()).containsExactly(5, 100);
    assertThat(release.spec().analysis().metrics().get(0).max()).isEqualTo(0.5);
    assertThatThrownBy(() -> parse(file, "spec.steps=[]")).hasMessageContaining("'steps': ");
  }

  /** A query may give per cent: its unit is that of the query, whatever the name. */
  @Test
  void onlyWhatIsMeasuredIsAFraction() throws IOException {
    Path file = FOLDER.resolve("valid-everything.yaml");
    assertThatThrownBy(() -> parse(file, "spec.analysis.metrics[0].maxDrop=5"))
        .hasMessageContaining("metrics[0].maxDrop: found 5, expected a fraction from 0 to 1");
    ReleaseManifest release =
        parse(
            file,
            "spec.analysis.metrics[served].max=5",
            "spec.analysis.metrics[served].name=errorRate");
    assertThat(release.spec().analysis().metrics().get(3).max()).isEqualTo(5);
  }

  @Test
  void knowsWhichKindAFileSaysThatItIs() throws IOException {
    assertThat(isRelease(FOLDER.resolve("valid-smallest.yaml"))).isTrue();
    assertThat(isRelease(ManifestFiles.FOLDER.resolve("valid-smallest.yaml"))).isFalse();
    assertThat(ModelReleaseParser.isRelease("[]", "list.yaml")).isFalse();
    assertThatThrownBy(
            () ->
                ModelReleaseParser.parse(
                    Files.readString(ManifestFiles.FOLDER.resolve("valid-smallest.yaml")),
                    "net.yaml",
                    List.of()))
        .hasMessageContaining("kind: found \"ModelCompression\", expected ModelRelease");
  }

  private static boolean isRelease(Path file) throws IOException {
    return ModelReleaseParser.isRelease(Files.readString(file), file.toString());
  }

  private static ReleaseManifest parse(Path file, String... overrides) throws IOException {
    return ModelReleaseParser.parse(Files.readString(file), file.toString(), List.of(overrides));
  }

  private static Stream<Path> valid() throws IOException {
    return ManifestFiles.valid(FOLDER);
  }

  private static Stream<Path> invalid() throws IOException {
    return ManifestFiles.invalid(FOLDER);
  }
}
