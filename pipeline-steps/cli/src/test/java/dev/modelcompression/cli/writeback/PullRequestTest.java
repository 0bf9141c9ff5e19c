package dev.modelcompression.cli.writeback;

import static dev.modelcompression.cli.writeback.Requests.MANIFEST;
import static dev.modelcompression.cli.writeback.Requests.PATH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelcompression.cli.writeback.PullRequestServer.Asked;
import dev.modelcompression.contract.WriteBackReport;
import dev.modelcompression.contract.WriteBackReport.Result;
import dev.modelcompression.contract.WriteBackRequest.Server;
import dev.modelcompression.data.InvalidDataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** One pull request for each outcome, in the words of three servers. */
class PullRequestTest {
  private static final String BRANCH = "model-release/resnet-r-1-promoted";
  private static final String HEAD = "1".repeat(40);
  private static final String MERGE = "2".repeat(40);
  private static final String WEB = "https://git.example.com/served/fleet/pulls/7";

  @TempDir static Path certificates;
  @TempDir Path folder;

  private GitRepository repository;
  private GitHttpServer git;
  private PullRequestServer api;
  private Path credential;

  @BeforeEach
  void serve() throws IOException {
    repository =
        new GitRepository(
            folder.resolve("root/served/fleet.git"), folder.resolve("clone"), PATH, MANIFEST);
    git = new GitHttpServer(folder.resolve("root"), certificates);
    api = new PullRequestServer(certificates);
    credential = Files.createDirectory(folder.resolve("credential"));
    Files.writeString(credential.resolve("username"), GitHttpServer.USER);
    Files.writeString(credential.resolve("token"), GitHttpServer.PASSWORD);
    Files.copy(certificates.resolve("ca.crt"), credential.resolve("ca.crt"));
  }

  @AfterEach
  void stop() {
    git.close();
    api.close();
  }

  @ParameterizedTest
  @EnumSource(Server.class)
  void isOpenedForABranchOfItsOwn(Server server) {
    api.then(200, "[]").then(201, "{}").then(200, "[" + pull(server, "open") + "]");

    var report = run(server);

    assertThat(report.result()).isEqualTo(Result.PULL_REQUEST_OPEN);
    assertThat(report.url()).isEqualTo(WEB);
    assertThat(report.branch()).isEqualTo(BRANCH);
    assertThat(repository.commits("main")).hasSize(1);
    assertThat(repository.commits(BRANCH)).hasSize(2);
    assertThat(api.asked())
        .extracting(Asked::method, Asked::address)
        .map(tuple -> tuple.toList().get(0) + " " + tuple.toList().get(1))
        .startsWith("GET " + list(server), "POST " + pulls(server));
    var form = api.asked().get(1).form();
    boolean gitLab = server == Server.GITLAB;
    assertThat(form.path(gitLab ? "source_branch" : "head").asText()).isEqualTo(BRANCH);
    assertThat(form.path(gitLab ? "target_branch" : "base").asText()).isEqualTo("main");
    assertThat(form.path("title").asText())
        .isEqualTo("Make sha256:bbbbbbbbbbbb the baseline of resnet");
    assertThat(form.path(gitLab ? "description" : "body").asText()).contains("Release-Run: r-1");
    assertThat(api.asked())
        .extracting(Asked::authorization)
        .containsOnly((server == Server.GITEA ? "token " : "Bearer ") + GitHttpServer.PASSWORD);
  }

  @ParameterizedTest
  @CsvSource({
    "GITHUB, open, PULL_REQUEST_OPEN",
    "GITHUB, merged, PULL_REQUEST_MERGED",
    "GITHUB, closed, PULL_REQUEST_CLOSED",
    "GITLAB, open, PULL_REQUEST_OPEN",
    "GITLAB, merged, PULL_REQUEST_MERGED",
    "GITLAB, closed, PULL_REQUEST_CLOSED",
    "GITEA, open, PULL_REQUEST_OPEN",
    "GITEA, merged, PULL_REQUEST_MERGED",
    "GITEA, closed, PULL_REQUEST_CLOSED",
  })
  void isFoundAgainAndPeopleHaveTheLastWord(Server server, String state, Result expected) {
    api.then(200, "[" + pull(server, state) + "]");

    var report = run(server);

    assertThat(report.result()).isEqualTo(expected);
    assertThat(report.commit()).isEqualTo(state.equals("merged") ? MERGE : HEAD);
    assertThat(report.branch()).isEqualTo(state.equals("merged") ? "main" : BRANCH);
    assertThat(api.asked()).hasSize(1);
    assertThat(git.requests()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "GITHUB, 422, '{''message'':''Validation Failed'',''errors'':[{''message'':''A pull request already exists for served:x.''}]}'",
    "GITLAB, 409, '{''message'':[''Another open merge request already exists for this source branch: !7'']}'",
    "GITEA, 409, '{''message'':''pull request already exists for these targets''}'",
  })
  void anotherAttemptMayBeFaster(Server server, int status, String body) {
    api.then(200, "[]").then(status, body).then(200, "[" + pull(server, "open") + "]");

    assertThat(run(server).result()).isEqualTo(Result.PULL_REQUEST_OPEN);
  }

  @Test
  void goesOnWhereAnotherAttemptWasKilled() {
    api.then(200, "[]").then(503, "{}");
    assertThatThrownBy(() -> run(Server.GITHUB)).isInstanceOf(GitServerException.class);
    var pushed = repository.commits(BRANCH);
    repository.write("other", "note", "Go on");
    api.then(200, "[]").then(201, "{}").then(200, "[" + pull(Server.GITHUB, "open") + "]");

    run(Server.GITHUB);

    assertThat(repository.commits(BRANCH)).isEqualTo(pushed);
  }

  @Test
  void isNotMadeWhenTheFileSaysSoAlready() {
    repository.write(
        PATH,
        MANIFEST.replace("old.onnx", "new.onnx").replace(Requests.OLD, Requests.DIGEST),
        "Pin it by hand");
    api.then(200, "[]");

    assertThat(run(Server.GITHUB).result()).isEqualTo(Result.ALREADY_THERE);
    assertThat(repository.branches()).containsExactly("main");
  }

  @Test
  void giteasListIsReadToItsEnd() {
    String other = pull(Server.GITEA, "open").replace(BRANCH, "another");
    api.then(200, "[" + other + "," + other + "]")
        .then(200, "[" + pull(Server.GITEA, "closed") + "]");

    assertThat(run(Server.GITEA).result()).isEqualTo(Result.PULL_REQUEST_CLOSED);
    assertThat(api.asked().get(1).address()).endsWith("&page=2");
  }

  @Test
  void anOpenOneCountsBeforeOneThatWasClosed() {
    api.then(200, "[" + pull(Server.GITHUB, "closed") + "," + pull(Server.GITHUB, "open") + "]");

    assertThat(run(Server.GITHUB).result()).isEqualTo(Result.PULL_REQUEST_OPEN);
  }

  @Test
  void aStrangeAddressIsNotPassedOn() {
    api.then(200, "[" + pull(Server.GITHUB, "open").replace(WEB, "javascript:alert(1)") + "]");

    assertThat(run(Server.GITHUB).url()).isNull();
  }

  @Test
  void aBranchOfSomebodyElseIsLeftAlone() {
    repository.branch(BRANCH);
    api.then(200, "[]");

    assertThatThrownBy(() -> run(Server.GITHUB))
        .isInstanceOf(InvalidDataException.class)
        .hasMessageContaining("is there and is not of this run");
  }

  @ParameterizedTest
  @CsvSource({
    "401, IllegalArgumentException",
    "403, IllegalArgumentException",
    "404, InvalidDataException",
    "301, InvalidDataException",
    "429, GitServerException",
    "500, GitServerException",
    "200, GitServerException",
  })
  void tellsWhatTheServerSaysAndNotTheToken(int status, String expected) {
    api.then(status, status == 200 ? "<html>" : "{'message':'because'}");

    assertThatThrownBy(() -> run(Server.GITHUB))
        .matches(e -> e.getClass().getSimpleName().equals(expected))
        .hasMessageContaining(status == 200 ? "no JSON" : "answered " + status + ", because")
        .hasMessageNotContaining(GitHttpServer.PASSWORD);
  }

  @Test
  void needsAToken() throws IOException {
    Files.delete(credential.resolve("token"));

    assertThatThrownBy(() -> run(Server.GITHUB))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("put token into the Secret");
  }

  @ParameterizedTest
  @CsvSource({
    "https://github.com/a/b.git, GITHUB, https://api.github.com",
    "ssh://git@github.com/a/b, GITHUB, https://api.github.com",
    "https://ghe.example.com/a/b, GITHUB, https://ghe.example.com/api/v3",
    "ssh://git@gitlab.example.com:2222/a/b.git, GITLAB, https://gitlab.example.com/api/v4",
    "https://gitea.example.com:3000/a/b, GITEA, https://gitea.example.com:3000/api/v1",
  })
  void knowsWhereTheApiIs(String repository, Server server, String expected) {
    var address = RepositoryAddress.of(Requests.pullRequest(repository, server, null));

    assertThat(address.api()).hasToString(expected);
    assertThat(address.owner()).isEqualTo("a");
    assertThat(address.name()).isEqualTo("b");
  }

  private WriteBackReport run(Server server) {
    var request = Requests.pullRequest(git.url("served/fleet.git"), server, api.url() + "/api");
    return Scratch.run(
        folder.resolve("scratch"),
        scratch -> {
          try (var writeBack = new WriteBack(request, credential, scratch, Clock.systemUTC())) {
            return writeBack.run();
          }
        });
  }

  private static String pulls(Server server) {
    return server == Server.GITLAB
        ? "/api/projects/served%2Ffleet/merge_requests"
        : "/api/repos/served/fleet/pulls";
  }

  private static String list(Server server) {
    return pulls(server)
        + switch (server) {
          case GITHUB ->
              "?state=all&per_page=100&head=served%3Amodel-release%2Fresnet-r-1-promoted";
          case GITLAB ->
              "?state=all&per_page=100&source_branch=model-release%2Fresnet-r-1-promoted";
          case GITEA -> "?state=all&sort=recentupdate&limit=50&page=1";
        };
  }

  /** What the documentation shows, as far as it is read. */
  private static String pull(Server server, String state) {
    boolean merged = state.equals("merged");
    return switch (server) {
      case GITHUB ->
          """
          {"number":7,"state":"%s","html_url":"%s","merged_at":%s,"merge_commit_sha":"%s",
           "head":{"label":"served:%s","ref":"%s","sha":"%s"}}
          """
              .formatted(
                  merged ? "closed" : state,
                  WEB,
                  merged ? "\"2026-11-22T10:00:00Z\"" : "null",
                  MERGE,
                  BRANCH,
                  BRANCH,
                  HEAD);
      case GITLAB ->
          """
          {"iid":7,"state":"%s","web_url":"%s","source_branch":"%s","sha":"%s",
           "merge_commit_sha":%s,"squash_commit_sha":null}
          """
              .formatted(
                  state.toLowerCase(Locale.ROOT).replace("open", "opened"),
                  WEB,
                  BRANCH,
                  HEAD,
                  merged ? '"' + MERGE + '"' : "null");
      case GITEA -> // whose branch is gone once it is merged
          """
          {"number":7,"state":"%s","html_url":"%s","merged":%s,"merge_commit_sha":%s,
           "head":{"label":"%s","ref":"%s","sha":"%s"}}
          """
              .formatted(
                  merged ? "closed" : state,
                  WEB,
                  merged,
                  merged ? '"' + MERGE + '"' : "null",
                  BRANCH,
                  merged ? "refs/pull/7/head" : BRANCH,
                  HEAD);
    };
  }
}
