package dev.modelcompression.cli.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import dev.modelcompression.api.AnalyzeSettings;
import dev.modelcompression.api.OptimizeSettings;
import dev.modelcompression.api.Step;
import dev.modelcompression.api.StepSettings;
import dev.modelcompression.cli.run.RequestDigest;
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
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FolderPublicationTest {
  private static final String ONE = "sha256:" + "1".repeat(64);
  private static final String TWO = "sha256:" + "2".repeat(64);
  private static final StepRequest REQUEST =
      request(settings(OptimizeSettings.class), ONE, TWO, 8, 7, 1, 2);

  @TempDir Path parent;

  @Test
  void findsWhatTheSameRequestPublishedWhateverItsAttempt() throws IOException {
    publish(REQUEST, "first");

    var again = request(settings(OptimizeSettings.class), ONE, TWO, 8, 7, 2, 2);
    assertThat(publication(again).find()).map(FolderPublicationTest::message).contains("first");
  }

  /** Its folder is named without it: who calls the step otherwise looks into the same one. */
  @Test
  void findsWhatAStepOfAnotherNamePublished() throws IOException {
    publish(REQUEST, "first");
    StepRequest named =
        new StepRequest(
            REQUEST.version(),
            REQUEST.runId(),
            REQUEST.trial(),
            REQUEST.attempt(),
            Step.of("another-name", settings(OptimizeSettings.class)),
            REQUEST.inputs(),
            REQUEST.datasets(),
            REQUEST.output(),
            REQUEST.seed(),
            REQUEST.deadline(),
            REQUEST.threads());
    assertThat(publication(named).find()).map(FolderPublicationTest::message).contains("first");
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
    assertThat(publication(other).find()).map(FolderPublicationTest::message).contains("second");
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

  @ParameterizedTest
  @ValueSource(strings = {"", "{\"version\":\"v1\",\"step\":"})
  void aResultWhoseReportIsDamagedIsMadeAgain(String damaged) throws IOException {
    publish(REQUEST, "first");
    Files.writeString(folder().resolve("report.json"), damaged);

    requireMadeAgain();
  }

  @Test
  void aResultWithoutItsReportIsMadeAgain() throws IOException {
    publish(REQUEST, "first");
    Files.delete(folder().resolve("report.json"));

    requireMadeAgain();
  }

  private void requireMadeAgain() throws IOException {
    var publication = publication(REQUEST);
    publication.requireReplaceable();
    assertThat(publication.find()).isEmpty();

    publish(REQUEST, "second");
    assertThat(publication.find()).map(FolderPublicationTest::message).contains("second");
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

    var next = publication(REQUEST);
    next.stage();
    assertThat(next.checkpoint().resolve("epoch")).isEqualTo(checkpoint).hasContent("3");

    publication(request(settings(OptimizeSettings.class), ONE, TWO, 8, 8, 1, 2)).stage();
    assertThat(checkpoint).doesNotExist();
  }

  @Test
  void aPublishedResultIsAllThatStays() throws IOException {
    var killed = publication(REQUEST);
    Files.writeString(killed.stage().resolve("model.onnx"), "half");
    publish(request(settings(OptimizeSettings.class), ONE, ONE, 8, 7, 1, 2), "replaced");

    publish(REQUEST, "first");

    try (var left = Files.list(parent)) {
      assertThat(left).containsExactly(folder());
    }
    assertThat(folder().resolve("model.onnx")).hasContent("first");
  }

  @Test
  void ofTwoAttemptsAtOnceTheFirstIsPublishedAndBothTellOfIt() throws IOException {
    var slow = publication(REQUEST);
    Path half = Files.writeString(slow.stage().resolve("model.onnx"), "slow");
    var fast = publication(REQUEST);
    var fastReport = write(fast.stage(), REQUEST, "fast");
    assertThat(half).hasContent("slow");

    var published = fast.publish(fastReport);

    assertThat(published.digest()).isEqualTo(Digests.of(folder().resolve("report.json")));
    assertThat(folder().resolve("model.onnx")).hasContent("fast");
    assertThat(slow.find()).contains(published);
  }

  @Test
  void aLaterAttemptReplacesNothing() throws IOException {
    var late = publication(REQUEST);
    Path staged = late.stage();
    publish(REQUEST, "first");
    Files.createDirectory(staged); // as if it had begun after the cleaning up

    var published = late.publish(write(staged, REQUEST, "late"));

    assertThat(published.report().message()).isEqualTo("first");
    assertThat(folder().resolve("model.onnx")).hasContent("first");
  }

  @Test
  void aDiskThatFillsUpLeavesNothingHalfPublished() throws IOException {
    var unix = Configuration.unix().toBuilder().setBlockSize(64).setMaxSize(64 * 64).build();
    try (var disk = Jimfs.newFileSystem(unix)) {
      Path out = disk.getPath("/workspace/steps/key");
      var publication = new FolderPublication(out, RequestDigest.of(REQUEST));
      var report = write(publication.stage(), REQUEST, "small");
      Path ballast = fill(disk.getPath("/ballast"));

      assertThatThrownBy(() -> publication.publish(report))
          .isInstanceOf(StoreException.class)
          .hasMessage("/workspace/steps/key: cannot be published: out of disk space");
      publication.discard();
      assertThat(out).doesNotExist();

      Files.delete(ballast);
      var again = new FolderPublication(out, RequestDigest.of(REQUEST));
      again.publish(write(again.stage(), REQUEST, "small"));
      assertThat(again.find()).isPresent();
    }
  }

  @Test
  void theNextAttemptRemovesWhatKilledOnesHaveLeft() throws IOException {
    Path killed = killed(parent, ".out.part-killed");
    Path replaced = Files.createDirectory(parent.resolve(".out.old-killed"));
    Path other = killed(parent, ".other.part-killed");

    publication(REQUEST).stage();

    assertThat(killed).doesNotExist();
    assertThat(replaced).doesNotExist();
    assertThat(other).exists();
  }

  @Test
  void anAttemptThatWorksForLongIsNotTakenForKilledAndFreesTheDiskMeanwhile() throws Exception {
    var slow = new FolderPublication(folder(), RequestDigest.of(REQUEST), Duration.ofMillis(20));
    Path staged = slow.stage();
    age(staged);
    Path killed = killed(parent, ".out.part-killed");

    Path beat = staged.resolve("request.digest");
    for (int tries = 0; tries < 500 && (Files.exists(killed) || isOld(beat)); tries++) {
      Thread.sleep(20);
    }
    assertThat(killed).doesNotExist();
    publication(REQUEST).stage();
    assertThat(staged).exists();

    slow.discard();
    assertThat(staged).doesNotExist();
  }

  @Test
  void whatIsStillWrittenToStays() throws IOException {
    Path slow = killed(parent, ".out.part-slow");
    Files.writeString(slow.resolve("model.onnx"), "a little more");

    publication(REQUEST).stage();

    assertThat(slow).exists();
  }

  @Test
  void aDiskThatAKilledAttemptHasFilledIsFreedByTheNext() throws IOException {
    var unix = Configuration.unix().toBuilder().setBlockSize(64).setMaxSize(64 * 64).build();
    try (var disk = Jimfs.newFileSystem(unix)) {
      Path out = disk.getPath("/workspace/steps/key");
      var first = new FolderPublication(out, RequestDigest.of(REQUEST));
      first.stage();
      first.discard();
      Path killed = killed(out.resolveSibling(""), ".key.part-killed");
      fill(killed.resolve("model.onnx"));
      age(killed);

      var next = new FolderPublication(out, RequestDigest.of(REQUEST));
      next.publish(write(next.stage(), REQUEST, "small"));

      assertThat(next.find()).isPresent();
      assertThat(killed).doesNotExist();
    }
  }

  /** What an attempt has written that was killed some minutes ago. */
  private static Path killed(Path parent, String name) throws IOException {
    Path staging = Files.createDirectory(parent.resolve(name));
    Files.writeString(staging.resolve("model.onnx"), "half");
    age(staging);
    return staging;
  }

  private static boolean isOld(Path file) throws IOException {
    return Files.getLastModifiedTime(file).toInstant().isBefore(Instant.now().minusSeconds(60));
  }

  private static void age(Path staging) throws IOException {
    var before = FileTime.from(Instant.now().minus(Duration.ofMinutes(5)));
    try (var tree = Files.walk(staging)) {
      for (Path path : tree.toList()) {
        Files.setLastModifiedTime(path, before);
      }
    }
  }

  /** Writes to a file until nothing more fits. */
  private static Path fill(Path file) throws IOException {
    try (var out = Files.newOutputStream(file)) {
      while (true) {
        out.write(new byte[64]);
      }
    } catch (IOException e) {
      assertThat(e).hasMessage("out of disk space");
      return file;
    }
  }

  @Test
  void aFolderThatCannotBeWrittenToIsToldOf() throws IOException {
    Path file = Files.createFile(parent.resolve("file"));

    assertThatThrownBy(() -> new FolderPublication(file.resolve("below/out"), "digest").stage())
        .isInstanceOf(StoreException.class)
        .hasMessageStartingWith(file.resolve("below/out") + ": cannot be written to: ");
  }

  private Path folder() {
    return parent.resolve("out");
  }

  private FolderPublication publication(StepRequest request) {
    return new FolderPublication(folder(), RequestDigest.of(request));
  }

  private void publish(StepRequest request, String message) throws IOException {
    var publication = publication(request);
    publication.publish(write(publication.stage(), request, message));
  }

  private static StepReport write(Path staged, StepRequest request, String message)
      throws IOException {
    Path file = Files.writeString(staged.resolve("model.onnx"), message);
    var model = new Artifact(Artifact.MODEL, "model.onnx", Digests.of(file), Files.size(file));
    return StepReport.of(
        request,
        ExitCode.DONE,
        message,
        Map.of(Artifact.MODEL, model),
        Map.of(),
        JsonNodeFactory.instance.objectNode(),
        new StepReport.Lineage("0.1.0", request.seed(), request.step(), Instant.EPOCH, 1));
  }

  private static String message(Publication.Published published) {
    return published.report().message();
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
