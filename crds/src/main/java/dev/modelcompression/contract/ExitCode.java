package dev.modelcompression.contract;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Optional;

/** How a step, or the whole command, can end. */
public enum ExitCode {
  /** The work is done and published. */
  DONE(0, "done", "Everything was done and every gate passed."),
  /** The numbers are there, and they are not good enough. */
  GATE_FAILED(
      3, "a gate failed", "The work was done, but the result does not keep a gate's limit."),
  /** The request itself is wrong. */
  BAD_REQUEST(
      64,
      "bad request",
      "The command line, the YAML or the step request is wrong: an unknown field, a value out of"
          + " range."),
  /** A model or data set is wrong. */
  BAD_INPUT(
      65,
      "bad model or data",
      "A model or data set is missing, malformed, or the two do not fit together."),
  /** The input is right but cannot be handled. */
  UNSUPPORTED(
      69, "unsupported", "The model is valid but uses something that the step cannot handle."),
  /** A bug of ours. */
  INTERNAL(70, "our bug", "Something that should not happen happened. Please report it."),
  /** It may work later. */
  TRY_AGAIN(
      75,
      "try again",
      "Something outside failed that may work later: a store that cannot be reached, a full disk, a"
          + " workspace that another run has locked. The planner starts the step again."),
  /** Stopped by the user. */
  INTERRUPTED(
      130, "interrupted", "Ctrl-C. Finished steps are kept; the next run continues after them."),
  /** Killed by SIGKILL, often for want of memory. */
  KILLED(
      137,
      "killed",
      "Killed by SIGKILL, most often for want of memory. Finished steps are kept; the next run"
          + " continues after them."),
  /** Stopped by SIGTERM. */
  TERMINATED(
      143,
      "terminated",
      "Stopped by SIGTERM. Finished steps are kept; the next run continues after them.");

  private final int code;
  private final String title;
  private final String description;

  ExitCode(int code, String title, String description) {
    this.code = code;
    this.title = title;
    this.description = description;
  }

  /** The process exit status. */
  @JsonValue
  public int code() {
    return code;
  }

  /** A few words for people. */
  public String title() {
    return title;
  }

  /** A sentence for people: what happened. */
  public String description() {
    return description;
  }

  /** Whether the same request may end better when it is started again. */
  public boolean retryable() {
    return this == TRY_AGAIN || interruption();
  }

  /** Whether the end came from outside, before the step could say anything about its work. */
  public boolean interruption() {
    return this == INTERRUPTED || this == KILLED || this == TERMINATED;
  }

  /** The exit code with that number. */
  public static Optional<ExitCode> of(int code) {
    return Arrays.stream(values()).filter(exit -> exit.code == code).findFirst();
  }

  @JsonCreator
  static ExitCode fromJson(int code) {
    return of(code).orElseThrow(() -> new IllegalArgumentException("no exit code " + code));
  }
}
