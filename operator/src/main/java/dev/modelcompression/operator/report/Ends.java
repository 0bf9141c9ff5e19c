package dev.modelcompression.operator.report;

import dev.modelcompression.api.status.ModelCompressionStatus;
import dev.modelcompression.api.status.Reason;
import dev.modelcompression.api.status.StepStatus;
import java.util.Objects;

/** What has come to its end between two statuses. */
public final class Ends {
  private Ends() {}

  /** Whether the run, or what was to become one, has ended. */
  public static boolean ended(ModelCompressionStatus before, ModelCompressionStatus after) {
    boolean same = Objects.equals(before.runId(), after.runId()) && before.phase() == after.phase();
    return after.phase() != null && after.phase().terminal() && !same;
  }

  /** Whether an edit has ended the run that was at work. */
  public static boolean superseded(ModelCompressionStatus before, ModelCompressionStatus after) {
    return before.runId() != null
        && !before.runId().equals(after.runId())
        && before.phase() != null
        && !before.phase().terminal();
  }

  /** How an attempt ended, as one of the reasons. */
  public static String result(StepStatus attempt) {
    return attempt.reason() == null ? Reason.SUCCEEDED.text() : attempt.reason().text();
  }
}
