package dev.modelcompression.cli.writeback;

import dev.modelcompression.contract.WriteBackReport;
import dev.modelcompression.contract.WriteBackReport.Result;
import dev.modelcompression.contract.WriteBackRequest;
import dev.modelcompression.contract.WriteBackRequest.Outcome;
import dev.modelcompression.data.InvalidDataException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.revwalk.RevCommit;
import org.jspecify.annotations.Nullable;

/**
 * Brings the outcome of a release into Git, exactly once however often it is tried: a commit tells
 * by its trailers which run and outcome it is of, and a branch for a pull request by its name.
 */
public final class WriteBack implements AutoCloseable {
  /** How often others may be faster before the server is left alone for a while. */
  private static final int ATTEMPTS = 5;

  private static final String DOCUMENT_TRAILER = "Release";

  private static final int SHORT_DIGEST = "sha256:".length() + 12;

  private final WriteBackRequest request;
  private final Clock clock;
  private final Credential credential;
  private final Connection connection;
  private final Branches branches;

  /**
   * A write-back.
   *
   * @param credentialFolder has the keys of a Secret as files, see {@link
   *     WriteBackRequest#CREDENTIAL_FOLDER}
   * @param scratch an empty folder
   * @throws IllegalArgumentException the credential is not complete
   */
  public WriteBack(WriteBackRequest request, Path credentialFolder, Path scratch, Clock clock) {
    this.request = request;
    this.clock = clock;
    this.credential = new Credential(credentialFolder);
    this.connection = new Connection(request.repository(), credential, scratch);
    this.branches = new Branches(request, connection, scratch);
  }

  /**
   * Does it, or finds that it was done.
   *
   * @throws InvalidDataException branch, file or document are not there, or cannot be changed
   * @throws IllegalArgumentException the credential is refused, or the server does not take the
   *     commit
   * @throws GitServerException the server is away, or others were faster each time
   */
  public WriteBackReport run() {
    return request.server() == null ? commit() : pullRequest();
  }

  @Override
  public void close() {
    branches.close();
    connection.close();
  }

  private WriteBackReport commit() {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      var base = base();
      var earlier = branches.find(base, this::isOfThisRun);
      if (earlier.isPresent()) {
        return committed(earlier.get());
      }
      var edited = edited(base);
      if (edited.isEmpty()) {
        return alreadyThere();
      }
      var commit = commit(base, edited.get());
      if (branches.push(commit, request.branch())) {
        return committed(commit);
      }
    }
    throw new GitServerException(
        "%s: '%s' was changed by others %d times while this was about to be; it is tried again"
            .formatted(request.repository(), request.branch(), ATTEMPTS),
        null);
  }

  private WriteBackReport pullRequest() {
    var pulls = PullRequests.of(request, new ServerApi(credential));
    String branch = request.target();
    var earlier = pulls.find(branch);
    if (earlier.isPresent()) {
      return report(earlier.get());
    }
    var base = base();
    if (edited(base).isEmpty()) {
      return alreadyThere();
    }
    branch(base, branch);
    pulls.open(branch, request.branch(), subject(), text());
    return report(
        pulls
            .find(branch)
            .orElseThrow(
                () ->
                    new GitServerException(
                        "%s: has made a pull request for '%s' and does not list it yet"
                            .formatted(request.repository(), branch),
                        null)));
  }

  /** Sees to it that the branch of the pull request is there, by this or an earlier attempt. */
  private void branch(RevCommit base, String branch) {
    Supplier<Optional<RevCommit>> there = () -> branches.fetch(branch);
    var head = there.get();
    if (head.isEmpty()) {
      boolean pushed = branches.push(commit(base, edited(base).orElseThrow()), branch);
      head = pushed ? Optional.empty() : there.get();
    }
    head.flatMap(
            tip ->
                branches.find(tip, this::isOfThisRun).isPresent()
                    ? Optional.empty()
                    : Optional.of(tip))
        .ifPresent(
            foreign -> {
              throw new InvalidDataException(
                  "%s: branch '%s' is there and is not of this run; delete it"
                      .formatted(request.repository(), branch));
            });
  }

  private RevCommit base() {
    return branches
        .fetch(request.branch())
        .orElseThrow(
            () ->
                new InvalidDataException(
                    "%s: has no branch '%s'".formatted(request.repository(), request.branch())));
  }

  /** The changed text of the file; empty when it says so already. */
  private Optional<String> edited(RevCommit base) {
    try {
      String text = branches.read(base, request.path());
      return Optional.of(new ReleaseDocument(text, request).edited())
          .filter(edited -> !edited.equals(text));
    } catch (InvalidDataException e) {
      throw new InvalidDataException(
          "%s, branch '%s', %s: %s"
              .formatted(request.repository(), request.branch(), request.path(), e.getMessage()),
          e);
    }
  }

  private RevCommit commit(RevCommit base, String edited) {
    var author =
        new PersonIdent(
            "Model Compression Operator",
            "operator@modelcompression.dev",
            clock.instant(),
            ZoneOffset.UTC);
    return branches.commit(base, request.path(), edited, subject() + "\n\n" + text(), author);
  }

  private boolean isOfThisRun(RevCommit commit) {
    return isTrailer(commit, DOCUMENT_TRAILER, document())
        && isTrailer(commit, WriteBackRequest.RUN_TRAILER, request.runId())
        && isTrailer(commit, WriteBackRequest.OUTCOME_TRAILER, request.outcome().text());
  }

  private static boolean isTrailer(RevCommit commit, String key, String value) {
    return commit.getFooterLines(key).equals(List.of(value));
  }

  private String subject() {
    var document = request.document();
    String digest = request.digest().substring(0, SHORT_DIGEST);
    return request.outcome() == Outcome.PROMOTED
        ? "Make %s the baseline of %s".formatted(digest, document.name())
        : "Deny %s for %s".formatted(digest, document.name());
  }

  private String text() {
    String why = request.reason() == null ? "" : request.reason() + "\n\n";
    return "%sModel: %s %s\n\n%s: %s\n%s: %s\n%s: %s\n"
        .formatted(
            why,
            request.model().uri(),
            request.digest(),
            DOCUMENT_TRAILER,
            document(),
            WriteBackRequest.RUN_TRAILER,
            request.runId(),
            WriteBackRequest.OUTCOME_TRAILER,
            request.outcome().text());
  }

  private String document() {
    var document = request.document();
    return "%s %s/%s".formatted(document.kind().text(), document.namespace(), document.name());
  }

  private WriteBackReport committed(RevCommit commit) {
    return WriteBackReport.done(
        Result.COMMITTED,
        "%s: commit %s on '%s'".formatted(request.repository(), commit.name(), request.branch()),
        commit.name(),
        request.branch(),
        null);
  }

  private WriteBackReport alreadyThere() {
    return WriteBackReport.done(
        Result.ALREADY_THERE,
        "%s: %s on '%s' says so already"
            .formatted(request.repository(), request.path(), request.branch()),
        null,
        null,
        null);
  }

  private WriteBackReport report(PullRequest pull) {
    var result =
        switch (pull.state()) {
          case OPEN -> Result.PULL_REQUEST_OPEN;
          case MERGED -> Result.PULL_REQUEST_MERGED;
          case CLOSED -> Result.PULL_REQUEST_CLOSED;
        };
    String told =
        switch (pull.state()) {
          case OPEN -> "waits to be merged";
          case MERGED -> "is merged";
          case CLOSED -> "was closed without a merge and is left alone";
        };
    @Nullable String url = pull.url().filter(WriteBackReport::isUrl).orElse(null);
    return WriteBackReport.done(
        result,
        "pull request %s %s".formatted(url == null ? "for " + request.target() : url, told),
        pull.commit().orElse(null),
        pull.state() == PullRequest.State.MERGED ? request.branch() : request.target(),
        url);
  }
}
