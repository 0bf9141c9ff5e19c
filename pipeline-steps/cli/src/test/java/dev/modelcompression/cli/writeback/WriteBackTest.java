package dev.modelcompression.cli.writeback;

import static dev.modelcompression.cli.writeback.Requests.DIGEST;
import static dev.modelcompression.cli.writeback.Requests.MANIFEST;
import static dev.modelcompression.cli.writeback.Requests.OLD;
import static dev.modelcompression.cli.writeback.Requests.PATH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelcompression.contract.WriteBackReport;
import dev.modelcompression.contract.WriteBackReport.Result;
import dev.modelcompression.contract.WriteBackRequest;
import dev.modelcompression.contract.WriteBackRequest.Kind;
import dev.modelcompression.contract.WriteBackRequest.Outcome;
import dev.modelcompression.data.InvalidDataException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Commits on a real Git server over HTTPS, with other people at work and connections that break.
 */
class WriteBackTest {
  @TempDir static Path certificates;
  @TempDir Path folder;

  private GitRepository repository;
  private GitHttpServer server;
  private Path credential;

  @BeforeEach
  void serve() throws IOException {
    repository =
        new GitRepository(
            folder.resolve("served/fleet.git"), folder.resolve("clone"), PATH, MANIFEST);
    server = new GitHttpServer(folder.resolve("served"), certificates);
    credential = Files.createDirectory(folder.resolve("credential"));
    Files.writeString(credential.resolve("username"), GitHttpServer.USER + "\n");
    Files.writeString(credential.resolve("password"), GitHttpServer.PASSWORD + "\n");
    Files.copy(certificates.resolve("ca.crt"), credential.resolve("ca.crt"));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void pinsThePromotedModelByOneCommit() {
    var report = run(Outcome.PROMOTED);

    var commits = repository.commits("main");
    assertThat(commits).hasSize(2).first().isEqualTo(report.commit());
    assertThat(report.result()).isEqualTo(Result.COMMITTED);
    assertThat(report.branch()).isEqualTo("main");
    assertThat(repository.changes("main"))
        .containsExactly(
            "-      uri: s3://models/old.onnx  # serves now",
            "-      digest: " + OLD,
            "+      uri: s3://models/new.onnx  # serves now",
            "+      digest: " + DIGEST);
    assertThat(repository.message("main"))
        .startsWith("Make sha256:bbbbbbbbbbbb the baseline of resnet\n\naccuracy 0.912 kept")
        .endsWith(
            "\n\nRelease: ModelRelease vision/resnet\nRelease-Run: r-1\nRelease-Outcome: Promoted\n\n");
  }

  @Test
  void deniesTheRejectedModel() {
    run(Outcome.REJECTED);

    assertThat(repository.changes("main")).containsExactly("+  denyDigests:", "+  - " + DIGEST);
  }

  @Test
  void isDoneOnceForEachOutcomeOfARun() {
    var promoted = run(Outcome.PROMOTED);
    assertThat(run(Outcome.PROMOTED)).isEqualTo(promoted);
    var rejected = run(Outcome.REJECTED);

    assertThat(run(Outcome.PROMOTED)).isEqualTo(promoted);
    assertThat(run(Outcome.REJECTED)).isEqualTo(rejected);
    assertThat(repository.commits("main")).hasSize(3);
  }

  @Test
  void whatPeopleTookBackStaysTakenBack() {
    var report = run(Outcome.PROMOTED);
    repository.revert();

    assertThat(run(Outcome.PROMOTED)).isEqualTo(report);
    assertThat(repository.file("main", PATH)).isEqualTo(MANIFEST);
  }

  @Test
  void makesNoEmptyCommit() {
    repository.write(
        PATH, MANIFEST.replace("old.onnx", "new.onnx").replace(OLD, DIGEST), "Pin it by hand");

    var report = run(Outcome.PROMOTED);

    assertThat(report.result()).isEqualTo(Result.ALREADY_THERE);
    assertThat(report.commit()).isNull();
    assertThat(repository.commits("main")).hasSize(2);
  }

  @Test
  void findsItsCommitWhenTheAnswerToThePushIsLost() {
    server.loseAnswers(true);
    assertThatThrownBy(() -> run(Outcome.PROMOTED)).isInstanceOf(GitServerException.class);
    server.loseAnswers(false);

    assertThat(run(Outcome.PROMOTED).commit()).isEqualTo(repository.commits("main").get(0));
    assertThat(repository.commits("main")).hasSize(2);
  }

  @Test
  void keepsWhatOthersPushedMeanwhile() {
    var pushes = new AtomicInteger();
    server.beforePush(
        () -> {
          if (pushes.getAndIncrement() < 2) {
            repository.write(
                PATH, MANIFEST + "# note " + pushes.get() + "\n", "Note " + pushes.get());
          }
        });

    var report = run(Outcome.PROMOTED);

    assertThat(repository.commits("main")).hasSize(4).first().isEqualTo(report.commit());
    assertThat(repository.file("main", PATH))
        .contains("# note 2\n", "uri: s3://models/new.onnx  #");
  }

  @Test
  void leavesABusyBranchAloneAfterAWhile() {
    var pushes = new AtomicInteger();
    server.beforePush(
        () -> repository.write("other", "note " + pushes.incrementAndGet(), "Note " + pushes));

    assertThatThrownBy(() -> run(Outcome.PROMOTED))
        .isInstanceOf(GitServerException.class)
        .hasMessageContaining("was changed by others 5 times");
    assertThat(pushes).hasValue(5);
  }

  @Test
  void fetchesTheNewestCommitsOnly() throws IOException {
    repository.grow(Branches.DEPTH + 5);
    var first = repository.commits("main");

    var report = run(Outcome.PROMOTED);

    assertThat(repository.commits("main")).hasSize(first.size() + 1).contains(report.commit());
    assertThat(Files.readAllLines(folder.resolve("scratch/repository/shallow")))
        .containsExactly(first.get(Branches.DEPTH - 1));
    assertThat(run(Outcome.PROMOTED)).isEqualTo(report);
  }

  @Test
  void tellsWhyTheServerTakesNoCommit() {
    repository.hook("pre-receive", "echo 'branch main is protected' >&2; exit 1\n");

    assertThatThrownBy(() -> run(Outcome.PROMOTED))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("does not take a commit on 'main': pre-receive hook declined")
        .hasMessageContaining("branch main is protected");
  }

  @Test
  void thePasswordIsNowhereButInTheRequest() throws IOException {
    run(Outcome.PROMOTED);
    Files.writeString(credential.resolve("password"), "wr0ng-T0ken");

    assertThatThrownBy(() -> run(Outcome.PROMOTED))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("does not accept the credential")
        .hasStackTraceContaining("not authorized")
        .matches(e -> !trace(e).contains("T0ken"));
    assertThat(server.requests()).noneMatch(request -> request.contains("T0ken"));
    try (var files = Files.walk(folder.resolve("scratch"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).doesNotContain("T0ken");
      }
    }
  }

  @Test
  void asksForACredential() throws IOException {
    Files.delete(credential.resolve("password"));

    assertThatThrownBy(() -> run(Outcome.PROMOTED))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("does not accept the credential");
  }

  @Test
  void sendsNoCredentialInTheClear() {
    var request = Requests.commit("r-1", Outcome.PROMOTED, "http://localhost:1/fleet.git");

    assertThatThrownBy(() -> run(request))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a credential is sent over https or ssh only");
  }

  @Test
  void trustsOnlyKnownAuthorities() throws IOException {
    Files.delete(credential.resolve("ca.crt"));

    assertThatThrownBy(() -> run(Outcome.PROMOTED))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("certificate is not trusted");
  }

  @Test
  void tellsWhatIsNotThere() {
    assertMissing(
        Requests.commit("r-1", Outcome.PROMOTED, server.url("other.git")), "no such repository");
    repository.write("broken.yaml", "a: [", "Break");
    for (var expected :
        List.of(
            List.of("none.yaml", "main', none.yaml: no such file in the repository"),
            List.of("apps", "is no file in the repository, but a folder"),
            List.of("broken.yaml", "is no YAML"))) {
      assertMissing(
          Requests.of(
              "r-1",
              Outcome.PROMOTED,
              Kind.MODEL_RELEASE,
              server.url("fleet.git"),
              expected.get(0),
              null,
              null),
          expected.get(1));
    }
    assertMissing(
        Requests.of(
            "r-1",
            Outcome.PROMOTED,
            Kind.MODEL_COMPRESSION,
            server.url("fleet.git"),
            PATH,
            null,
            null),
        "has no document ModelCompression vision/resnet among 1");
  }

  @Test
  void tellsThatTheServerIsAway() {
    server.close();

    assertThatThrownBy(() -> run(Outcome.PROMOTED))
        .isInstanceOf(GitServerException.class)
        .hasMessageContaining("cannot be reached");
  }

  private void assertMissing(WriteBackRequest request, String expected) {
    assertThatThrownBy(() -> run(request))
        .isInstanceOf(InvalidDataException.class)
        .hasMessageContaining(expected);
  }

  private WriteBackReport run(Outcome outcome) {
    return run(Requests.commit("r-1", outcome, server.url("fleet.git")));
  }

  /** As another process does it: nothing is left of the one before. */
  private WriteBackReport run(WriteBackRequest request) {
    return Scratch.run(
        folder.resolve("scratch"),
        scratch -> {
          try (var writeBack = new WriteBack(request, credential, scratch, Clock.systemUTC())) {
            return writeBack.run();
          }
        });
  }

  private static String trace(Throwable e) {
    var text = new StringWriter();
    e.printStackTrace(new PrintWriter(text));
    return text.toString();
  }
}
