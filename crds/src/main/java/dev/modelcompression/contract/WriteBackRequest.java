package dev.modelcompression.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Asks a pod to keep the outcome of a release in Git: the promoted model becomes the declared
 * baseline, or the rejected one is denied. Sent again, it changes nothing more. The answer is a
 * {@link WriteBackReport}.
 *
 * @param version version of the contract, {@value StepRequest#VERSION}
 * @param runId the run of the release that has come to its end; one commit tells of it by the
 *     trailer {@value #RUN_TRAILER}
 * @param outcome how the run ended; a run may have both, one after the other
 * @param model the candidate; its digest has to be there
 * @param reason why, one line for the commit's message; null when there is nothing to say
 * @param repository {@code https://}, {@code ssh://} or, without a credential, {@code http://} or
 *     {@code git://}; no password in it
 * @param branch the branch that the cluster follows
 * @param path the file in the repository
 * @param document which document of the file is meant
 * @param server whose API makes a pull request; null when the commit goes to the branch itself
 * @param api base address of that API; null for the usual one of the repository's host
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record WriteBackRequest(
    @JsonProperty(required = true) String version,
    @JsonProperty(required = true) String runId,
    @JsonProperty(required = true) Outcome outcome,
    @JsonProperty(required = true) InputsRequest.File model,
    @Nullable String reason,
    @JsonProperty(required = true) String repository,
    @JsonProperty(required = true) String branch,
    @JsonProperty(required = true) String path,
    @JsonProperty(required = true) Document document,
    @Nullable Server server,
    @Nullable String api) {

  /** The environment variable in which a pod finds its request as JSON. */
  public static final String VARIABLE = "MC_WRITE_BACK_REQUEST";

  /**
   * Where the Secret with the credential is mounted in a pod: {@code username} and {@code
   * password}, or {@code token}, or {@code ssh-privatekey} and {@code known_hosts}; {@code ca.crt}
   * for a server with a certificate of one's own authority. May be missing when the server asks for
   * none.
   */
  public static final String CREDENTIAL_FOLDER = "/mnt/git";

  /** Trailer of the commit that names the run. */
  public static final String RUN_TRAILER = "Release-Run";

  /** Trailer of the commit that names the outcome. */
  public static final String OUTCOME_TRAILER = "Release-Outcome";

  private static final String WHAT = "write-back request";

  private static final int MAX_TEXT = 1024;

  private static final String LABEL = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
  private static final Pattern RUN = Pattern.compile(LABEL);
  private static final Pattern OBJECT =
      Pattern.compile(
          "(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*");
  private static final Pattern REPOSITORY =
      Pattern.compile(
          "((https?|git)://[^/?#@\\s\\p{Cntrl}]+/|ssh://([A-Za-z_][A-Za-z0-9_-]*@)?[^/?#@:\\s\\p{Cntrl}]+(:[0-9]{1,5})?/)"
              + "[^?#@\\s\\p{Cntrl}]+");
  private static final Pattern API = Pattern.compile("https?://[^?#@\\s\\p{Cntrl}]+");
  private static final Pattern BRANCH =
      Pattern.compile(
          "(?!.*(\\.\\.|//|/\\.|\\.lock(/|$)|[/.]$))[A-Za-z0-9][A-Za-z0-9._/+-]{0,199}");
  private static final Pattern PATH =
      Pattern.compile("(?!/)(?!.*(^|/)(\\.{1,2}|\\.[gG][iI][tT])?(/|$))[^\\\\\\p{Cntrl}]+");

  /** How a run of a release ended. */
  public enum Outcome {
    /** The candidate serves now: it becomes the baseline. */
    @JsonProperty("Promoted")
    PROMOTED,
    /** The candidate was taken back: its digest is denied. */
    @JsonProperty("Rejected")
    REJECTED;

    /** As it is written in JSON and in commits. */
    public String text() {
      return this == PROMOTED ? "Promoted" : "Rejected";
    }
  }

  /** Whose API makes pull requests. */
  public enum Server {
    /** GitHub, also a company's own. */
    @JsonProperty("GitHub")
    GITHUB,
    /** GitLab, also a company's own. */
    @JsonProperty("GitLab")
    GITLAB,
    /** Gitea and Forgejo. */
    @JsonProperty("Gitea")
    GITEA
  }

  /** What the document declares. */
  public enum Kind {
    /** The release itself: {@code spec.baseline} and {@code spec.denyDigests}. */
    @JsonProperty("ModelRelease")
    MODEL_RELEASE("ModelRelease"),
    /** The compression that it comes from: the same below {@code spec.release}. */
    @JsonProperty("ModelCompression")
    MODEL_COMPRESSION("ModelCompression");

    private final String text;

    Kind(String text) {
      this.text = text;
    }

    /** As it is written in YAML. */
    public String text() {
      return text;
    }
  }

  /**
   * A document of a YAML file.
   *
   * @param kind its kind
   * @param namespace its namespace; one that names none is meant as well
   * @param name its name
   */
  public record Document(
      @JsonProperty(required = true) Kind kind,
      @JsonProperty(required = true) String namespace,
      @JsonProperty(required = true) String name) {
    public Document {
      require(OBJECT, "document.namespace", namespace, "a name of Kubernetes");
      require(OBJECT, "document.name", name, "a name of Kubernetes");
    }
  }

  public WriteBackRequest {
    Versions.check(WHAT, version);
    require(RUN, "runId", runId, "1 to 63 letters, digits and '-'");
    if (model.digest() == null) {
      throw new IllegalArgumentException(WHAT + ": field 'digest' of the model is missing");
    }
    reason = reason == null || reason.isBlank() ? null : Text.line(reason, MAX_TEXT);
    require(
        REPOSITORY,
        "repository",
        repository,
        "https://<host>/<path>, ssh://git@<host>/<path>, http://<host>/<path> or"
            + " git://<host>/<path>, without a password");
    require(BRANCH, "branch", branch, "the name of a branch of at most 200 characters");
    require(PATH, "path", path, "a path inside the repository");
    if (api != null) {
      require(API, "api", api, "http:// or https:// without user and query");
    }
  }

  /** The digest of the candidate. */
  public String digest() {
    String digest = model.digest();
    if (digest == null) {
      throw new IllegalStateException("was looked for above");
    }
    return digest;
  }

  /** The branch that the commit goes to: {@link #branch}, or one for the pull request alone. */
  public String target() {
    return server == null
        ? branch
        : "model-release/%s-%s-%s"
            .formatted(document.name(), runId, outcome.text().toLowerCase(Locale.ROOT));
  }

  private static void require(Pattern form, String field, String found, String expected) {
    if (found.length() > MAX_TEXT || !form.matcher(found).matches()) {
      throw new IllegalArgumentException(
          "%s: %s is '%s', expected %s".formatted(WHAT, field, shown(found), expected));
    }
  }

  /** What was found, without what may be a password. */
  private static String shown(String found) {
    return Text.line(found.replaceFirst("//[^/]*@", "//…@"), 256);
  }
}
