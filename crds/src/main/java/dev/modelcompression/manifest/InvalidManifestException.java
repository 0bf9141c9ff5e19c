package dev.modelcompression.manifest;

import java.util.List;
import java.util.stream.Collectors;

/** A manifest is wrong. The message lists every problem that was found, one a line. */
public final class InvalidManifestException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  InvalidManifestException(String source, List<Problem> problems) {
    super(
        source
            + (problems.size() == 1 ? ": " : ": " + problems.size() + " problems\n  ")
            + problems.stream().map(Problem::toString).collect(Collectors.joining("\n  ")));
    this.problems = List.copyOf(problems);
  }

  /** Every problem, in the order of the file. */
  public List<Problem> problems() {
    return problems;
  }
}
