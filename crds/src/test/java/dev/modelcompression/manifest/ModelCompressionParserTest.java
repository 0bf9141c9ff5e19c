package dev.modelcompression.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelcompression.api.FineTuneSettings;
import dev.modelcompression.api.Manifest;
import dev.modelcompression.api.Metric;
import dev.modelcompression.api.PruneSettings;
import dev.modelcompression.api.QuantizeSettings;
import dev.modelcompression.api.Step;
import dev.modelcompression.api.StepType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ModelCompressionParserTest {
  private static final Path FOLDER = ManifestFiles.FOLDER;

  @ParameterizedTest
  @MethodSource("valid")
  void acceptsEveryValidFile(Path file) throws IOException {
    Manifest manifest = ModelCompressionParser.parse(Files.readString(file), file.toString());
    assertThat(manifest.spec().steps()).isNotEmpty();
  }

  /** Each file says in {@code # expect:} lines, in any order, all that is wrong with it. */
  @ParameterizedTest
  @MethodSource("invalid")
  void saysEverythingThatIsWrongWithAnInvalidFile(Path file) throws IOException {
    String yaml = Files.readString(file);
    List<String> expected = ManifestFiles.stated(file, "expect");
    List<Problem> problems = new ArrayList<>();
    try {
      ModelCompressionParser.parse(yaml, "compression.yaml");
    } catch (InvalidManifestException e) {
      assertThat(e).hasMessageStartingWith("compression.yaml: ");
      problems.addAll(e.problems());
    }
    assertThat(expected)
        .allSatisfy(
            line -> assertThat(problems).anyMatch(problem -> problem.toString().contains(line)));
    assertThat(problems).hasSize(expected.size());
  }

  @Test
  void readsValuesAndFillsInDefaults() throws IOException {
    Manifest manifest = everything();
    assertThat(manifest.metadata().name()).isEqualTo("fashion-resnet");
    assertThat(manifest.spec().seed()).isEqualTo(7);
    assertThat(manifest.spec().steps())
        .extracting(Step::type)
        .containsExactly(
            StepType.ANALYZE,
            StepType.PRUNE,
            StepType.FINE_TUNE,
            StepType.QUANTIZE,
            StepType.EVALUATE);
    PruneSettings prune = (PruneSettings) manifest.spec().steps().get(1).settings();
    assertThat(prune.importance()).isEqualTo(PruneSettings.Importance.TAYLOR);
    assertThat(prune.roundTo()).isEqualTo(16);
    FineTuneSettings tune = (FineTuneSettings) manifest.spec().steps().get(2).settings();
    assertThat(tune.distillation()).isEqualTo(new FineTuneSettings.Distillation(4.0, 0.5));
    QuantizeSettings quantize = (QuantizeSettings) manifest.spec().steps().get(3).settings();
    assertThat(quantize.maxAccuracyDrop()).isEqualTo(0.005);
    assertThat(manifest.spec().gates().get(1).metric()).isEqualTo(Metric.LATENCY_P50);
    assertThat(Objects.requireNonNull(manifest.spec().release()).traffic().weights())
        .containsExactly(10, 50, 100);
  }

  @Test
  void aPatternIsTextThoughYamlCouldTakeItForANumber() throws IOException {
    Manifest manifest =
        ModelCompressionParser.parse(
            Files.readString(FOLDER.resolve("valid-kubernetes-metadata.yaml")), "net.yaml");
    assertThat(((PruneSettings) manifest.spec().steps().get(0).settings()).pattern())
        .isEqualTo("2:4");
    assertThat(manifest.metadata().labels()).containsEntry("team", "vision");
  }

  /** The API server answered the same to this file. */
  @Test
  void readsNumbersAsAnApiServerDoes() throws IOException {
    Manifest manifest =
        ModelCompressionParser.parse(
            Files.readString(FOLDER.resolve("valid-numbers.yaml")), "net.yaml");
    FineTuneSettings tune = (FineTuneSettings) manifest.spec().steps().get(0).settings();
    assertThat(manifest.spec().seed()).isEqualTo(8);
    assertThat(manifest.spec().suspend()).isFalse();
    assertThat(manifest.spec().restartNonce()).isEqualTo("2026-11-22");
    assertThat(manifest.spec().datasets().byName())
        .extractingFromEntries(set -> set.getValue().samples())
        .containsExactly(1000, 16);
    assertThat(tune.epochs()).isEqualTo(3);
    assertThat(tune.learningRate()).isEqualTo(0.001);
    assertThat(tune.batchSize()).isEqualTo(1024);
  }

  @Test
  void setsSingleValues() throws IOException {
    Manifest manifest =
        everything(
            "spec.gates[0].maxDrop=0.1",
            "spec.gates[sizeBytes].maxRatio=0.2",
            "spec.steps[prune].prune.ratio=0.25",
            "spec.steps[2].fineTune.augmentation=[HorizontalFlip]",
            "spec.restartNonce=again");
    assertThat(manifest.spec().gates().get(0).maxDrop()).isEqualTo(0.1);
    assertThat(manifest.spec().gates().get(2).maxRatio()).isEqualTo(0.2);
    assertThat(((PruneSettings) manifest.spec().steps().get(1).settings()).ratio()).isEqualTo(0.25);
    assertThat(((FineTuneSettings) manifest.spec().steps().get(2).settings()).augmentation())
        .containsExactly(FineTuneSettings.Augmentation.HORIZONTAL_FLIP);
    assertThat(manifest.spec().restartNonce()).isEqualTo("again");
  }

  @Test
  void refusesToSetWhatIsNotThere() {
    assertRefused("spec.steps[prune].prune.ration=0.5", "did you mean 'ratio'?");
    assertRefused("spec.steps[prun].prune.ratio=0.5", "has no item 'prun'; did you mean 'prune'?");
    assertRefused("spec.steps[9].prune.ratio=0.5", "has no item '9'. Items: ");
    assertRefused("spec.steps.prune.ratio=0.5", "a list's item is missing before 'prune'");
    assertRefused("spec.seed[0]=1", "there is no list 'seed' in the file");
    assertRefused("seed=1", "must begin with 'spec.'");
    assertRefused("spec.seed", "expected path=value");
    assertRefused("spec..seed=1", "'' is no field");
    assertRefused("spec.seed=seven", "spec.seed: found \"seven\", expected a whole number");
    assertRefused("spec.steps[prune].prune.ratio=1", "found 1, expected a number above 0 to 0.99");
  }

  @Test
  void whatWasSetIsNotSaidToStandInTheFile() {
    assertThatThrownBy(() -> everything("spec.steps[prune].prune.ratio=2"))
        .hasMessageContaining("ratio: found 2, expected")
        .hasMessageContaining("(given by --set)")
        .hasMessageNotContaining("line");
  }

  @ParameterizedTest
  @CsvSource({
    "pattern, 2:4, pattern: is only for structure Unstructured",
    "iterations, 3, 'iterations: found 3, but the next step is no fineTune'"
  })
  void theSettingsOfOneStepMustGoTogether(String setting, String value, String message) {
    ObjectNode flags = JsonNodeFactory.instance.objectNode();
    if (setting.equals("iterations")) {
      flags.put(setting, Integer.parseInt(value));
    } else {
      flags.put(setting, value);
    }
    assertThatThrownBy(() -> ModelCompressionParser.settings(StepType.PRUNE, flags, "prune"))
        .isInstanceOf(InvalidManifestException.class)
        .hasMessageContaining(message);
  }

  @Test
  void importanceOfAOneStepPruneFitsItsStructure() {
    ObjectNode flags =
        JsonNodeFactory.instance
            .objectNode()
            .put("structure", "Unstructured")
            .put("importance", "BNGamma");
    assertThatThrownBy(() -> ModelCompressionParser.settings(StepType.PRUNE, flags, "prune"))
        .hasMessageContaining("importance: found BNGamma, expected one of L1, L2, Taylor");
  }

  @Test
  void readsTheSettingsOfOneStep() {
    ObjectNode flags = JsonNodeFactory.instance.objectNode().put("ratio", 0.3);
    PruneSettings settings =
        (PruneSettings) ModelCompressionParser.settings(StepType.PRUNE, flags, "mc prune");
    assertThat(settings.ratio()).isEqualTo(0.3);
    assertThat(settings.scope()).isEqualTo(PruneSettings.Scope.GLOBAL);
    assertThatThrownBy(
            () ->
                ModelCompressionParser.settings(
                    StepType.PRUNE, flags.put("ratio", 2).put("scope", "World"), "mc prune"))
        .hasMessageContaining("ratio: found 2, expected a number above 0 to 0.99")
        .hasMessageContaining("scope: found \"World\", expected one of Global, Local");
  }

  @Test
  void holdsAStepFromElsewhereAgainstTheLimits() throws IOException {
    for (Step step : everything("spec.steps[prune].prune.iterations=1").spec().steps()) {
      ModelCompressionParser.check(step, "request");
    }
    PruneSettings prune = (PruneSettings) everything().spec().steps().get(1).settings();
    assertThatThrownBy(() -> ModelCompressionParser.check(Step.of("p", prune), "request"))
        .hasMessageContaining("step.prune.iterations: found 2, but the next step is no fineTune");
    assertThatThrownBy(
            () -> ModelCompressionParser.check(Step.of("p", prune.withRatio(1.5, 1)), "request"))
        .hasMessage("request: step.prune.ratio: found 1.5, expected a number above 0 to 0.99");
  }

  @Test
  void refusesAFileThatIsTooLarge() {
    assertThatThrownBy(() -> ModelCompressionParser.parse("#".repeat(300_000), "net.yaml"))
        .hasMessage("net.yaml: has 300000 bytes, expected at most 262144");
  }

  private static Manifest everything(String... overrides) throws IOException {
    return ModelCompressionParser.parse(
        Files.readString(FOLDER.resolve("valid-everything.yaml")),
        "valid-everything.yaml",
        List.of(overrides));
  }

  private static void assertRefused(String override, String expected) {
    assertThatThrownBy(() -> everything(override))
        .isInstanceOf(InvalidManifestException.class)
        .hasMessageContaining(expected);
  }

  private static Stream<Path> valid() throws IOException {
    return ManifestFiles.valid(FOLDER);
  }

  private static Stream<Path> invalid() throws IOException {
    return ManifestFiles.invalid(FOLDER);
  }
}
