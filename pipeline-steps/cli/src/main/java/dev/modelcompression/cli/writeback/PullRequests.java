package dev.modelcompression.cli.writeback;

import dev.modelcompression.contract.WriteBackRequest;
import java.util.Optional;

/** The API of a server by which pull requests are found and made. */
interface PullRequests {
  /** The API of the server that a request names. */
  static PullRequests of(WriteBackRequest request, ServerApi api) {
    var repository = RepositoryAddress.of(request);
    return switch (request.server()) {
      case GITHUB -> new GitHub(api, repository);
      case GITLAB -> new GitLab(api, repository);
      case GITEA -> new Gitea(api, repository);
    };
  }

  /** The pull request of a branch, in whatever state: an open one before merged before closed. */
  Optional<PullRequest> find(String branch);

  /**
   * Asks for a branch to be merged. When somebody was faster, nothing is made: {@link #find} finds
   * the other one.
   */
  void open(String branch, String into, String title, String text);
}
