package dev.modelcompression.api.release;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.modelcompression.api.pod.LocalReference;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** Where the outcome of a release is kept in Git. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
    value = "(self.mode == 'PullRequest') == has(self.server)",
    message = "server belongs to mode PullRequest, which needs it",
    fieldPath = ".server")
@ValidationRule(
    value = "!self.path.matches('(^|/)[.][.]?(/|$)|^/')",
    message = "expected a path inside the repository",
    fieldPath = ".path")
public record WriteBack(
    @JsonPropertyDescription(
            "repository is the address of the repository: https://<host>/<path>,"
                + " ssh://git@<host>/<path> or, without a credential, http://. No user name and password"
                + " in it.")
        @Required
        @Pattern(
            "^(https?://[^/?#@\\s]+/[^?#@\\s]+|ssh://([a-z_][-a-z0-9_]*@)?[^/?#@\\s]+/[^?#@\\s]+)$")
        @Size(max = 1024)
        String repository,
    @JsonPropertyDescription("branch is the branch that the cluster follows. Defaults to main.")
        @Default("main")
        @Pattern("^[A-Za-z0-9][-A-Za-z0-9_./]*$")
        @Size(max = 200)
        String branch,
    @JsonPropertyDescription(
            "path is the YAML file in the repository that holds this ModelRelease, or the"
                + " ModelCompression that it comes from.")
        @Required
        @Size(min = 1, max = 1024)
        String path,
    @JsonPropertyDescription(
            "mode is what is made: PullRequest, a branch and a pull request; Commit, a commit on"
                + " branch. Defaults to Commit.")
        @Default("Commit")
        Mode mode,
    @JsonPropertyDescription("server is whose API makes the pull request: GitHub, GitLab or Gitea.")
        @Nullable Server server,
    @JsonPropertyDescription(
            "secret names the Secret with the credential, mounted into the Job that writes:"
                + " username and password (a token), or ssh-privatekey and known_hosts.")
        @Nullable LocalReference secret) {
  public WriteBack {
    branch = branch == null ? "main" : branch;
    mode = mode == null ? Mode.COMMIT : mode;
  }

  /** What is made. */
  public enum Mode {
    /** A commit on the branch. */
    @JsonProperty("Commit")
    COMMIT,
    /** A branch and a pull request. */
    @JsonProperty("PullRequest")
    PULL_REQUEST
  }

  /** Whose API makes pull requests. */
  public enum Server {
    /** GitHub. */
    @JsonProperty("GitHub")
    GITHUB,
    /** GitLab. */
    @JsonProperty("GitLab")
    GITLAB,
    /** Gitea and Forgejo. */
    @JsonProperty("Gitea")
    GITEA
  }
}
