package dev.modelcompression.engine;

import static dev.modelcompression.engine.Fixtures.GATES;
import static dev.modelcompression.engine.Fixtures.STEPS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelcompression.contract.Artifact;
import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.contract.StepReport;
import dev.modelcompression.engine.RunEvent.Kind;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalPipelineTest {
  private static final Clock CLOCK = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);

  @TempDir Path folder;
  private final FakeExecutor executor = new FakeExecutor();
  private final List<RunEvent> events = new ArrayList<>();
  private Workspace workspace = new DirectoryWorkspace(Path.of("target"));

  @BeforeEach
  void makeWorkspace() throws IOException {
    workspace = new DirectoryWorkspace(folder.resolve("workspace"));
    Files.writeString(folder.resolve("net.onnx"), "a network");
  }

  @Test
  void runsEveryStepAndEndsWithAVerdict() throws IOException {
    RunResult result = pipeline().run(run(STEPS, GATES), "net");

    assertThat(result.verdict().exit()).isEqualTo(ExitCode.DONE);
    assertThat(result.verdict().gates()).hasSize(2).allMatch(GateResult::passed);
    assertThat(executor.executed)
        .containsExactly("analyze", "prune", "fine-tune", "quantize", "evaluate");
    assertThat(result.bestTrial()).hasSize(5).noneMatch(RunResult.EndedStep::cached);
    Artifact model = Objects.requireNonNull(result.verdict().model());
    assertThat(ArtifactFiles.describe("model", model.uri(), Path.of(URI.create(model.uri()))))
        .isEqualTo(model);
    assertThat(events)
        .extracting(RunEvent::kind)
        .startsWith(Kind.RUN_STARTED, Kind.TRIAL_STARTED, Kind.STEP_STARTED, Kind.STEP_PROGRESS)
        .endsWith(Kind.STEP_ENDED, Kind.RUN_ENDED);
  }

  @Test
  void theSecondRunFindsEveryStepDone() throws IOException {
    RunResult first = pipeline().run(run(STEPS, GATES), "net");
    executor.executed.clear();
    events.clear();
    RunResult second = pipeline().run(run(STEPS, GATES), "net");

    assertThat(executor.executed).isEmpty();
    assertThat(second.allCached()).isTrue();
    assertThat(second.verdict()).isEqualTo(first.verdict());
    assertThat(events).filteredOn(event -> event.kind() == Kind.STEP_CACHED).hasSize(5);
  }

  @Test
  void changingAStepRunsFromThere() throws IOException {
    pipeline().run(run(STEPS), "net");
    executor.executed.clear();
    pipeline().run(run(STEPS.replace("epochs: 1", "epochs: 2")), "net");

    assertThat(executor.executed).containsExactly("fine-tune", "quantize", "evaluate");
  }

  @Test
  void aNonceRunsEverythingAgain() throws IOException {
    pipeline().run(run(STEPS), "net");
    executor.executed.clear();
    pipeline().run(run(STEPS, "  restartNonce: again\n"), "net");

    assertThat(executor.executed).hasSize(5);
  }

  @Test
  void aResultThatWasAlteredIsMadeAgain() throws IOException {
    RunResult first = pipeline().run(run(STEPS), "net");
    for (String change : List.of("altered", "truncated", "deleted", "report")) {
      StepReport prune = first.steps().get(1).report();
      Path model = Path.of(URI.create(prune.model().orElseThrow().uri()));
      switch (change) {
        case "altered" -> Files.writeString(model, Files.readString(model).replace('a', 'b'));
        case "truncated" -> Files.writeString(model, "");
        case "deleted" -> Files.delete(model);
        default -> Files.writeString(model.resolveSibling("report.json"), "{");
      }
      executor.executed.clear();
      events.clear();
      RunResult second = pipeline().run(run(STEPS), "net");

      assertThat(executor.executed).as(change).containsExactly("prune");
      assertThat(second.verdict()).as(change).isEqualTo(first.verdict());
      assertThat(events)
          .filteredOn(event -> event.kind() == Kind.NOTE)
          .as(change)
          .singleElement()
          .satisfies(note -> assertThat(note.message()).contains("is not used and made again"));
    }
  }

  @Test
  void stopsAtTheNextProgressAndContinuesWithTheNextRun() throws IOException {
    List<LocalPipeline> pipelines = new ArrayList<>();
    LocalPipeline pipeline =
        pipeline(
            event -> {
              if (event.kind() == Kind.STEP_PROGRESS
                  && event.step().orElseThrow().step().name().equals("fine-tune")) {
                pipelines.get(0).stop();
              }
            });
    pipelines.add(pipeline);
    RunResult stopped = pipeline.run(run(STEPS), "net");

    assertThat(stopped.verdict().exit()).isEqualTo(ExitCode.INTERRUPTED);
    assertThat(stopped.verdict().message()).contains("2 finished steps are kept");
    assertThat(workspace.runs())
        .extracting(RunRecord::state)
        .containsExactly(RunRecord.State.INTERRUPTED);
    executor.executed.clear();
    assertThat(pipeline().run(run(STEPS), "net").verdict().exit()).isEqualTo(ExitCode.DONE);
    assertThat(executor.executed).containsExactly("fine-tune", "quantize", "evaluate");
  }

  @Test
  void aCheckpointSurvivesAndNothingElseDoes() throws IOException {
    StepKey key = new StepKey("0".repeat(64));
    Path staged = Path.of(URI.create(workspace.stage(key)));
    Files.createDirectories(staged.resolve("checkpoint"));
    Files.writeString(staged.resolve("checkpoint/epoch"), "1");
    Files.writeString(staged.resolve("model.onnx"), "half");
    workspace.stage(key);

    assertThat(staged.resolve("checkpoint/epoch")).exists();
    assertThat(staged.resolve("model.onnx")).doesNotExist();
  }

  @Test
  void whatWasGivenUpIsRemovedAfterAWeekAndNotBefore() throws IOException {
    Path old = staged("1", Duration.ofDays(8));
    Path recent = staged("2", Duration.ofDays(6));
    Path resumed = staged("3", Duration.ofDays(8));
    age(resumed.resolve("checkpoint"), Duration.ofDays(6));
    Path halfDone =
        Files.createDirectories(folder.resolve("workspace/staging/" + "4".repeat(64) + ".new"));
    Workspace.Lock lock = workspace.lock();
    assertThatThrownBy(() -> pipeline().run(run(STEPS), "net"))
        .isInstanceOf(WorkspaceBusyException.class);
    assertThat(List.of(old, recent, resumed, halfDone)).allSatisfy(f -> assertThat(f).exists());
    lock.close();

    pipeline().run(run(STEPS), "net");

    assertThat(List.of(recent, resumed)).allSatisfy(f -> assertThat(f).exists());
    assertThat(List.of(old, halfDone)).allSatisfy(f -> assertThat(f).doesNotExist());
  }

  /** A step that wrote a checkpoint and went no further. */
  private Path staged(String digit, Duration age) throws IOException {
    Path staged = Path.of(URI.create(workspace.stage(new StepKey(digit.repeat(64)))));
    Path checkpoint = Files.createDirectories(staged.resolve("checkpoint"));
    age(Files.writeString(checkpoint.resolve("epoch"), "1"), age);
    age(checkpoint, age);
    age(staged, age);
    return staged;
  }

  private static void age(Path path, Duration age) throws IOException {
    Files.setLastModifiedTime(path, FileTime.from(CLOCK.instant().minus(age)));
  }

  @Test
  void twoRunsExcludeEachOther() throws IOException {
    Workspace.Lock lock = workspace.lock();
    assertThatThrownBy(() -> pipeline().run(run(STEPS), "net"))
        .isInstanceOf(WorkspaceBusyException.class)
        .hasMessageContaining("is in use by another run (process " + ProcessHandle.current().pid());
    lock.close();
    assertThat(pipeline().run(run(STEPS), "net").verdict().passed()).isTrue();
  }

  @Test
  void anOutputThatIsNotWhatTheReportSaysIsABugOfTheStep() throws IOException {
    LocalPipeline pipeline =
        new LocalPipeline(
            workspace,
            (request, progress) -> {
              StepReport report = executor.execute(request, progress);
              return report.withOutputs(
                  Map.of(
                      "model", Fixtures.artifact("model", "x").at("model", "../../../net.onnx")));
            },
            events::add,
            CLOCK);
    RunResult result = pipeline.run(run(STEPS), "net");

    assertThat(result.verdict().exit()).isEqualTo(ExitCode.INTERNAL);
    assertThat(result.verdict().message()).contains("is outside its folder");
  }

  @Test
  void theRecordTellsWhatHappened() throws IOException {
    RunResult result = pipeline().run(run(STEPS, GATES), "net");

    RunRecord record = workspace.runs().get(0);
    assertThat(record.state()).isEqualTo(RunRecord.State.FINISHED);
    assertThat(record.name()).isEqualTo("net");
    assertThat(record.verdict()).isEqualTo(result.verdict());
    assertThat(record.steps()).hasSize(5);
    assertThat(Path.of(URI.create(Objects.requireNonNull(record.steps().get(4).report()))))
        .exists();
  }

  private LocalPipeline pipeline() {
    return pipeline(event -> {});
  }

  private LocalPipeline pipeline(Consumer<RunEvent> listener) {
    return new LocalPipeline(
        workspace,
        executor,
        event -> {
          events.add(event);
          listener.accept(event);
        },
        CLOCK);
  }

  private Run run(String... members) throws IOException {
    return FileRuns.run(folder, members);
  }
}
