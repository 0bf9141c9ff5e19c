package dev.modelcompression.operator;

import io.fabric8.kubernetes.api.model.Quantity;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the administrator of the operator decides.
 *
 * @param stepImage image that runs the steps; pinned by digest, it names the version of the tools
 *     in cache keys
 * @param serverImage image of the model server; empty when releases have to name one of their own
 * @param imagePullPolicy when images of steps are pulled
 * @param threads threads of a step that has neither a limit nor a request of cpu, at least 1
 * @param memory memory limit of a step that has none, a Kubernetes quantity
 * @param maxMemory the most that a step's memory is raised to after it was killed for want of it
 * @param scratch size of the folder that a step may write to
 * @param pendingTimeout how long a pod may fail to start before its step fails
 * @param noPodGrace how long a Job may be without a pod, or a pod on a node without its container,
 *     before the operator asks why
 * @param retryBackoff pause before the second attempt of a step; doubles each time, at most 5
 *     minutes
 * @param jobTtl how long a finished Job stays, for its logs
 * @param releases whether models are released; without it, nothing that needs the rights for it is
 *     done
 * @param serverPullPolicy when the image of the model server is pulled
 * @param imagePullSecrets names of Secrets, in the namespaces of users, that every pod may pull
 *     with
 * @param runAsUser user and group of every pod; null when the platform chooses them
 */
public record Settings(
    String stepImage,
    String serverImage,
    String imagePullPolicy,
    int threads,
    String memory,
    String maxMemory,
    String scratch,
    Duration pendingTimeout,
    Duration noPodGrace,
    Duration retryBackoff,
    Duration jobTtl,
    boolean releases,
    String serverPullPolicy,
    List<String> imagePullSecrets,
    @Nullable Long runAsUser) {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofDays(365);
  private static final Pattern OBJECT = Pattern.compile("[a-z0-9]([-a-z0-9.]*[a-z0-9])?");

  /** The longest pause between two attempts of a step. */
  public static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

  /** The same with other amounts for containers that have none of their own. */
  public Settings withAmounts(String memory, String scratch) {
    return new Settings(
        stepImage,
        serverImage,
        imagePullPolicy,
        threads,
        memory,
        maxMemory,
        scratch,
        pendingTimeout,
        noPodGrace,
        retryBackoff,
        jobTtl,
        releases,
        serverPullPolicy,
        imagePullSecrets,
        runAsUser);
  }

  /**
   * Says what an operator cannot work with.
   *
   * @throws IllegalArgumentException a setting is out of range; the message names its variable,
   *     what was found and what is allowed
   */
  public void check() {
    if (threads < 1) {
      throw new IllegalArgumentException(
          "MC_STEP_THREADS is %d, expected at least 1".formatted(threads));
    }
    amount("MC_STEP_MAX_MEMORY", maxMemory);
    amount("MC_STEP_MEMORY", memory);
    amount("MC_STEP_SCRATCH", scratch);
    within("MC_JOB_PENDING_TIMEOUT", pendingTimeout, SECOND, LONGEST);
    within("MC_JOB_NO_POD_GRACE", noPodGrace, SECOND, LONGEST);
    within("MC_JOB_RETRY_BACKOFF", retryBackoff, Duration.ZERO, LONGEST_PAUSE);
    within("MC_JOB_TTL", jobTtl, Duration.ofMinutes(1), LONGEST);
    // A pod with a name that is none, or of root, would be refused, and with it every step.
    for (String secret : imagePullSecrets) {
      if (!OBJECT.matcher(secret).matches()) {
        throw new IllegalArgumentException(
            "MC_IMAGE_PULL_SECRETS has '%s', expected names of Secrets, separated by commas"
                .formatted(secret));
      }
    }
    if (runAsUser != null && runAsUser < 1) {
      throw new IllegalArgumentException(
          "MC_RUN_AS_USER is %d, expected at least 1, or nothing where the platform chooses"
              .formatted(runAsUser));
    }
  }

  private static void amount(String variable, String found) {
    try {
      long bytes = new Quantity(found).getNumericalAmount().longValue();
      if (bytes > 0) {
        return;
      }
    } catch (IllegalArgumentException e) {
      // Said below, with the name of the variable.
    }
    throw new IllegalArgumentException(
        "%s is '%s', expected an amount of bytes such as 4Gi".formatted(variable, found));
  }

  private static void within(String variable, Duration found, Duration least, Duration most) {
    if (found.compareTo(least) < 0 || found.compareTo(most) > 0) {
      throw new IllegalArgumentException(
          "%s is %s, expected %s to %s".formatted(variable, text(found), text(least), text(most)));
    }
  }

  private static String text(Duration duration) {
    return duration.toString().substring(2).toLowerCase(Locale.ROOT);
  }
}
