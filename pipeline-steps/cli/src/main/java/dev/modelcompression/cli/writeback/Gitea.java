package dev.modelcompression.cli.writeback;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Pull requests of Gitea and Forgejo. Their list cannot be asked for one branch, so it is read page
 * by page, what was touched last first.
 *
 * @see <a href="https://docs.gitea.com/api/">Gitea API</a>
 */
final class Gitea implements PullRequests {
  private static final int CONFLICT = 409;
  private static final int PAGE = 50;
  private static final int MAX_PAGES = 40;

  private final ServerApi api;
  private final RepositoryAddress repository;

  Gitea(ServerApi api, RepositoryAddress repository) {
    this.api = api;
    this.repository = repository;
  }

  @Override
  public Optional<PullRequest> find(String branch) {
    var found = new ArrayList<PullRequest>();
    for (int page = 1; page <= MAX_PAGES; page++) {
      var pulls =
          api.get(
              pulls("state=all&sort=recentupdate&limit=%d&page=%d".formatted(PAGE, page)),
              headers());
      Json.items(pulls).filter(pull -> isOf(pull, branch)).map(Gitea::read).forEach(found::add);
      // A server may have smaller pages than were asked for: only an empty one is the end.
      if (pulls.isEmpty() || !found.isEmpty()) {
        break;
      }
    }
    return Json.first(found.stream());
  }

  @Override
  public void open(String branch, String into, String title, String text) {
    api.post(
        pulls(""),
        headers(),
        Map.of("title", title, "body", text, "head", branch, "base", into),
        Set.of(CONFLICT));
  }

  /** Once the branch is deleted, only the label still has its name. */
  private static boolean isOf(JsonNode pull, String branch) {
    return pull.at("/head/ref").asText().equals(branch)
        || pull.at("/head/label").asText().equals(branch);
  }

  private static PullRequest read(JsonNode pull) {
    return GitHub.read(pull, pull.path("merged").asBoolean());
  }

  private URI pulls(String query) {
    return GitHub.pulls(repository, query);
  }

  private Map<String, String> headers() {
    return Map.of("Authorization", "token " + api.token());
  }
}
