package dev.modelcompression.cli.writeback;

import com.fasterxml.jackson.databind.JsonNode;
import dev.modelcompression.cli.writeback.PullRequest.State;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Merge requests of GitLab.
 *
 * @see <a href="https://docs.gitlab.com/api/merge_requests/">Merge requests API</a>
 */
final class GitLab implements PullRequests {
  private static final int CONFLICT = 409;

  private final ServerApi api;
  private final RepositoryAddress repository;

  GitLab(ServerApi api, RepositoryAddress repository) {
    this.api = api;
    this.repository = repository;
  }

  @Override
  public Optional<PullRequest> find(String branch) {
    String query = "state=all&per_page=100&source_branch=" + Json.encoded(branch);
    return Json.first(
        Json.items(api.get(requests(query), headers()))
            .filter(request -> request.path("source_branch").asText().equals(branch))
            .map(GitLab::read));
  }

  @Override
  public void open(String branch, String into, String title, String text) {
    api.post(
        requests(""),
        headers(),
        Map.of(
            "title",
            title,
            "description",
            text,
            "source_branch",
            branch,
            "target_branch",
            into,
            "remove_source_branch",
            true),
        Set.of(CONFLICT));
  }

  private static PullRequest read(JsonNode request) {
    var state =
        switch (request.path("state").asText()) {
          case "merged" -> State.MERGED;
          case "closed" -> State.CLOSED;
          default -> State.OPEN; // "locked" is a moment of merging
        };
    var head = request.path("sha");
    return new PullRequest(
        state,
        Json.text(request.path("web_url")),
        state == State.MERGED
            ? Json.commit(request.path("merge_commit_sha"), request.path("squash_commit_sha"), head)
            : Json.commit(head));
  }

  private URI requests(String query) {
    return Json.address(
        repository.api(),
        List.of("projects", repository.owner() + "/" + repository.name(), "merge_requests"),
        query);
  }

  private Map<String, String> headers() {
    return Map.of("Authorization", "Bearer " + api.token());
  }
}
