package dev.modelcompression.cli.writeback;

import com.fasterxml.jackson.databind.JsonNode;
import dev.modelcompression.cli.writeback.PullRequest.State;
import dev.modelcompression.data.InvalidDataException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Pull requests of GitHub.
 *
 * @see <a href="https://docs.github.com/en/rest/pulls/pulls">REST API endpoints for pull
 *     requests</a>
 */
final class GitHub implements PullRequests {
  private static final int INVALID = 422;

  private final ServerApi api;
  private final RepositoryAddress repository;

  GitHub(ServerApi api, RepositoryAddress repository) {
    this.api = api;
    this.repository = repository;
  }

  @Override
  public Optional<PullRequest> find(String branch) {
    String query = "state=all&per_page=100&head=" + Json.encoded(repository.owner() + ":" + branch);
    // A server that does not know the filter gives out others too.
    return Json.first(
        Json.items(api.get(pulls(query), headers()))
            .filter(pull -> pull.at("/head/ref").asText().equals(branch))
            .map(GitHub::read));
  }

  @Override
  public void open(String branch, String into, String title, String text) {
    var answer =
        api.post(
            pulls(""),
            headers(),
            Map.of("title", title, "body", text, "head", branch, "base", into),
            Set.of(INVALID));
    String told = answer.body().toString();
    if (answer.status() == INVALID && !told.contains("already exists")) {
      throw new InvalidDataException(
          "%s: refuses the pull request: %s"
              .formatted(pulls(""), told.length() > 300 ? told.substring(0, 300) : told));
    }
  }

  private static PullRequest read(JsonNode pull) {
    return read(pull, Json.text(pull.path("merged_at")).isPresent());
  }

  /** What GitHub, and Gitea after it, tell of a pull request. */
  static PullRequest read(JsonNode pull, boolean merged) {
    var state =
        merged
            ? State.MERGED
            : pull.path("state").asText().equals("open") ? State.OPEN : State.CLOSED;
    var head = pull.at("/head/sha");
    return new PullRequest(
        state,
        Json.text(pull.path("html_url")),
        merged ? Json.commit(pull.path("merge_commit_sha"), head) : Json.commit(head));
  }

  private URI pulls(String query) {
    return pulls(repository, query);
  }

  static URI pulls(RepositoryAddress repository, String query) {
    return Json.address(
        repository.api(), List.of("repos", repository.owner(), repository.name(), "pulls"), query);
  }

  private Map<String, String> headers() {
    return Map.of(
        "Authorization",
        "Bearer " + api.token(),
        "Accept",
        "application/vnd.github+json",
        "X-GitHub-Api-Version",
        "2022-11-28");
  }
}
