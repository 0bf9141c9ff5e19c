package dev.modelcompression.cli.writeback;

import java.util.Optional;

/**
 * A pull request, or merge request, as its server tells of it.
 *
 * @param state whether people have decided
 * @param url where people see it
 * @param commit the newest commit of its branch, or the one that it was merged by
 */
record PullRequest(State state, Optional<String> url, Optional<String> commit) {
  /** What has become of it; the first of several for one branch is the one that counts. */
  enum State {
    OPEN,
    MERGED,
    CLOSED
  }
}
