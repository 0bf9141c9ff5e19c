package dev.modelcompression.operator.release.manifest;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.modelcompression.api.release.ModelRelease;
import dev.modelcompression.contract.CanonicalJson;
import dev.modelcompression.contract.WriteBackRequest;
import dev.modelcompression.operator.job.JobNames;
import java.util.regex.Pattern;

/** Names of what belongs to a release: the same for the same models, run and round. */
public final class ReleaseNames {
  /** The request header that chooses a side, whatever the weights are. */
  public static final String HEADER = "x-model-release";

  private static final int MAX_RELEASE = 40;
  private static final int DIGITS = 8;
  private static final int PREFIX = "sha256:".length();

  private ReleaseNames() {}

  /** Name of the Deployment and the Service of a model. */
  public static String workload(String release, String digest) {
    return cut(release) + "-" + digest.substring(PREFIX, PREFIX + DIGITS);
  }

  /** Whether a name is that of a workload of the release, of this run or of one before. */
  public static boolean isWorkload(String release, String name) {
    return name.matches(Pattern.quote(cut(release)) + "-[0-9a-f]{" + DIGITS + "}");
  }

  /** Name of the HTTPRoute, and of the Service in front of both sides where there is no gateway. */
  public static String route(ModelRelease release) {
    return release.getMetadata().getName();
  }

  /** Value of {@value #HEADER} for the baseline. */
  public static String baselineHeader(ModelRelease release) {
    return release.getMetadata().getName() + "-baseline";
  }

  /** Value of {@value #HEADER} for the candidate. */
  public static String candidateHeader(ModelRelease release) {
    return release.getMetadata().getName() + "-candidate";
  }

  /** Name of the Job that measures one round. */
  public static String probe(ModelRelease release, String runId, int round) {
    return job(release, "probe", runId, "", Integer.toString(round));
  }

  /** Name of the Job that keeps an outcome in Git. */
  public static String writeBack(
      ModelRelease release, String runId, WriteBackRequest.Outcome outcome, int attempt) {
    return job(release, "git", runId, outcome.text(), Integer.toString(attempt));
  }

  /** Name of the Job that writes the report of a run. */
  public static String report(ModelRelease release, String runId) {
    return job(release, "report", runId, "", "1");
  }

  private static String job(
      ModelRelease release, String task, String runId, String what, String number) {
    return JobNames.of(
        release.getMetadata().getName(),
        task,
        JsonNodeFactory.instance
            .arrayNode()
            .add(release.getMetadata().getUid())
            .add(runId)
            .add(what),
        number);
  }

  /** What does not fit is told by a hash: two releases of one beginning serve beside each other. */
  private static String cut(String release) {
    if (release.length() <= MAX_RELEASE) {
      return release;
    }
    String hash = CanonicalJson.digest(JsonNodeFactory.instance.textNode(release));
    return release.substring(0, MAX_RELEASE - DIGITS - 1)
        + "-"
        + hash.substring(PREFIX, PREFIX + DIGITS);
  }
}
