package dev.modelcompression.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a pod leaves with Kubernetes after a {@link WriteBackRequest}. At most {@value
 * TerminationMessage#MAX_BYTES} bytes of UTF-8; where there is no room for all of it, the message
 * is cut.
 *
 * @param version version of the contract
 * @param exit how it ended
 * @param message one line for people, at most {@value TerminationMessage#MAX_MESSAGE_CHARS}
 *     characters
 * @param result what is in Git now; there exactly when {@code exit} is {@link ExitCode#DONE}
 * @param commit the commit, 40 or 64 hexadecimal digits: on the branch that the cluster follows or,
 *     as long as the pull request is not merged, on the branch of the pull request; null when none
 *     was needed
 * @param branch the branch that {@code commit} was pushed to; null when none was needed
 * @param url where people see the pull request; null when there is none
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record WriteBackReport(
    @JsonProperty(required = true) String version,
    @JsonProperty(required = true) ExitCode exit,
    @JsonProperty(required = true) String message,
    @Nullable Result result,
    @Nullable String commit,
    @Nullable String branch,
    @Nullable String url)
    implements EndMessage {

  private static final String WHAT = "write-back report";

  private static final int MAX_TEXT = 512;

  private static final Pattern COMMIT = Pattern.compile("[a-f0-9]{40}([a-f0-9]{24})?");
  private static final Pattern URL =
      Pattern.compile("https?://[A-Za-z0-9.:\\[\\]-]+/[A-Za-z0-9._~:/?&=%#+!-]*");

  /** What is in Git. */
  public enum Result {
    /** A commit on the branch that the cluster follows, by this or an earlier attempt. */
    @JsonProperty("Committed")
    COMMITTED,
    /** The file said so already, without a commit of this run. */
    @JsonProperty("AlreadyThere")
    ALREADY_THERE,
    /** A pull request that waits for people. */
    @JsonProperty("PullRequestOpen")
    PULL_REQUEST_OPEN,
    /** A pull request that was merged. */
    @JsonProperty("PullRequestMerged")
    PULL_REQUEST_MERGED,
    /** A pull request that people have closed: it is not opened again. */
    @JsonProperty("PullRequestClosed")
    PULL_REQUEST_CLOSED;

    /** Whether the branch that the cluster follows has the outcome. */
    public boolean isThere() {
      return this == COMMITTED || this == ALREADY_THERE || this == PULL_REQUEST_MERGED;
    }
  }

  public WriteBackReport {
    Versions.check(WHAT, version);
    message = Text.line(message, TerminationMessage.MAX_MESSAGE_CHARS);
    if ((exit == ExitCode.DONE) != (result != null)) {
      throw new IllegalArgumentException(
          "%s: exit is %d and result is %s, expected a result when all was done, and only then"
              .formatted(WHAT, exit.code(), result == null ? "missing" : "there"));
    }
    if (commit != null && !COMMIT.matcher(commit).matches()) {
      throw new IllegalArgumentException(WHAT + ": commit is no id of a commit");
    }
    if (result == Result.COMMITTED && commit == null) {
      throw new IllegalArgumentException(WHAT + ": field 'commit' is missing");
    }
    if (branch != null && (branch.length() > MAX_TEXT || !branch.equals(line(branch)))) {
      throw new IllegalArgumentException(WHAT + ": branch is no name of a branch");
    }
    if (url != null && !isUrl(url)) {
      throw new IllegalArgumentException(
          "%s: url is '%s', expected http:// or https:// of at most %d characters"
              .formatted(WHAT, Text.line(url, MAX_TEXT), MAX_TEXT));
    }
  }

  /** Whether a text can be the address of a pull request. */
  public static boolean isUrl(String text) {
    return text.length() <= MAX_TEXT && URL.matcher(text).matches();
  }

  /** The report of a write-back that is done. */
  public static WriteBackReport done(
      Result result,
      String message,
      @Nullable String commit,
      @Nullable String branch,
      @Nullable String url) {
    return new WriteBackReport(
        StepRequest.VERSION, ExitCode.DONE, message, result, commit, branch, url);
  }

  /** The report of a write-back that ended without a result. */
  public static WriteBackReport failed(ExitCode exit, String message) {
    return new WriteBackReport(StepRequest.VERSION, exit, message, null, null, null, null);
  }

  /**
   * Reads what a pod left. The text is untrusted: too long or malformed is an error, never a guess.
   *
   * @throws IllegalArgumentException the text is not exactly such a report
   */
  public static WriteBackReport parse(String json) {
    if (bytes(json) > TerminationMessage.MAX_BYTES) {
      throw new IllegalArgumentException(
          "%s: has %d bytes, expected at most %d"
              .formatted(WHAT, bytes(json), TerminationMessage.MAX_BYTES));
    }
    return ContractJson.read(json, WriteBackReport.class, WHAT);
  }

  /**
   * Sees to it that this can be the answer to a request.
   *
   * @throws IllegalArgumentException it tells of another branch, or of a pull request where none
   *     was asked for
   */
  public WriteBackReport requireAnswerTo(WriteBackRequest request) {
    if (branch != null && !branch.equals(request.branch()) && !branch.equals(request.target())) {
      throw new IllegalArgumentException(
          "%s: branch is '%s', expected '%s'"
              .formatted(WHAT, Text.line(branch, MAX_TEXT), request.target()));
    }
    boolean pullRequest =
        url != null
            || result == Result.PULL_REQUEST_OPEN
            || result == Result.PULL_REQUEST_MERGED
            || result == Result.PULL_REQUEST_CLOSED;
    if (pullRequest && request.server() == null) {
      throw new IllegalArgumentException(WHAT + ": is about a pull request, asked was a commit");
    }
    return this;
  }

  /** The report as JSON of at most {@value TerminationMessage#MAX_BYTES} bytes. */
  @Override
  public String toJson() {
    String text = message;
    String json = CanonicalJson.of(this);
    while (bytes(json) > TerminationMessage.MAX_BYTES && !text.isEmpty()) {
      text = Text.line(text, text.length() / 2);
      json =
          CanonicalJson.of(new WriteBackReport(version, exit, text, result, commit, branch, url));
    }
    return json;
  }

  private static String line(String text) {
    return Text.line(text, MAX_TEXT).strip();
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
