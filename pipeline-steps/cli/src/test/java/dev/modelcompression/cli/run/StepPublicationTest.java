package dev.modelcompression.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.modelcompression.api.AnalyzeSettings;
import dev.modelcompression.api.OptimizeSettings;
import dev.modelcompression.api.Step;
import dev.modelcompression.api.StepSettings;
import dev.modelcompression.contract.Artifact;
import dev.modelcompression.contract.ContractJson;
import dev.modelcompression.contract.DatasetInput;
import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.contract.StepReport;
import dev.modelcompression.contract.StepRequest;
import dev.modelcompression.data.Digests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StepPublicationTest {
  private static final String ONE = "sha256:" + "1".repeat(64);
  private static final String TWO = "sha256:" + "2".repeat(64);
  private static final StepRequest REQUEST =
      request(settings(OptimizeSettings.class), ONE, TWO, 8, 7, 1, 2);

  @TempDir Path parent;

  @Test
  void findsWhatTheSameRequestPublishedWhateverItsAttempt() throws IOException {
    publish(REQUEST, "first");

    var again = request(settings(OptimizeSettings.class), ONE, TWO, 8, 7, 2, 2);
    assertThat(publication(again).find().map(StepReport::message)).contains("first");
  }

  static Stream<StepRequest> others() {
    return Stream.of(
        request(settings(AnalyzeSettings.class), ONE, TWO, 8, 7, 1, 2),
        request(settings(OptimizeSettings.class), TWO, TWO, 8, 7, 1, 2),
        request(settings(OptimizeSettings.class), ONE, ONE, 8, 7, 1, 2),
        request(settings(OptimizeSettings.class), ONE, TWO, 9, 7, 1, 2),
        request(settings(OptimizeSettings.class), ONE, TWO, 8, 8, 1, 2),
        request(settings(OptimizeSettings.class), ONE, TWO, 8, 7, 1, 4));
  }

  @ParameterizedTest
  @MethodSource("others")
  void anotherRequestIsNotAnsweredAndReplacesTheResult(StepRequest other) throws IOException {
    publish(REQUEST, "first");

    var publication = publication(other);
    publication.requireReplaceable();
    assertThat(publication.find()).isEmpty();

    publish(other, "second");
    assertThat(publication(other).find().map(StepReport::message)).contains("second");
    assertThat(publication(REQUEST).find()).isEmpty();
  }

  @Test
  void anAlteredResultIsNotFound() throws IOException {
    publish(REQUEST, "first");
    Files.writeString(folder().resolve("model.onnx"), "altered");

    assertThat(publication(REQUEST).find()).isEmpty();
  }

  @Test
  void refusesAFolderOfTheUsersOwnAndLeavesItAlone() throws IOException {
    Path thesis = Files.writeString(Files.createDirectory(folder()).resolve("thesis.tex"), "dear");

    assertThatThrownBy(publication(REQUEST)::requireReplaceable)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "step request output: %s is not empty and holds no step report; name another folder",
            folder());
    assertThatThrownBy(() -> publish(REQUEST, "first"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(thesis).hasContent("dear");
  }

  @Test
  void anEmptyFolderIsReplaced() throws IOException {
    Files.createDirectory(folder());

    publish(REQUEST, "first");
    assertThat(publication(REQUEST).find()).isPresent();
  }

  @Test
  void aCheckpointIsKeptForTheSameRequestOnly() throws IOException {
    var killed = publication(REQUEST);
    killed.stage();
    Path checkpoint = Files.writeString(killed.checkpoint().resolve("epoch"), "3");

    publication(REQUEST).stage();
    assertThat(checkpoint).exists();

    publication(request(settings(OptimizeSettings.class), ONE, TWO, 8, 8, 1, 2)).stage();
    assertThat(checkpoint).doesNotExist();
  }

  private Path folder() {
    return parent.resolve("out");
  }

  private StepPublication publication(StepRequest request) {
    return new StepPublication(folder(), request);
  }

  private void publish(StepRequest request, String message) throws IOException {
    var publication = publication(request);
    Path file = Files.writeString(publication.stage().resolve("model.onnx"), message);
    var model = new Artifact(Artifact.MODEL, "model.onnx", Digests.of(file), Files.size(file));
    publication.publish(
        StepReport.of(
            request,
            ExitCode.DONE,
            message,
            Map.of(Artifact.MODEL, model),
            Map.of(),
            JsonNodeFactory.instance.objectNode(),
            new StepReport.Lineage("0.1.0", request.seed(), request.step(), Instant.EPOCH, 1)));
  }

  private static <T extends StepSettings> T settings(Class<T> type) {
    return ContractJson.read("{}", type, "settings");
  }

  private static StepRequest request(
      StepSettings settings,
      String model,
      String data,
      int samples,
      long seed,
      int attempt,
      int threads) {
    return new StepRequest(
        StepRequest.VERSION,
        "r-1",
        1,
        attempt,
        Step.of("work", settings),
        Map.of(Artifact.MODEL, new Artifact(Artifact.MODEL, "file:///m.onnx", model, 1)),
        Map.of(
            "calibration",
            new DatasetInput(new Artifact("calibration", "file:///d.npz", data, 1), samples)),
        "file:///out",
        seed,
        null,
        threads);
  }
}
