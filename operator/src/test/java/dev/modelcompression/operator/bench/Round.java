package dev.modelcompression.operator.bench;

import java.time.Duration;
import java.util.List;

/**
 * Compressions that have run from creation to end.
 *
 * @param work the compressions; closing removes them
 * @param calls what was called in their namespace
 * @param reconciles reconciles of them
 * @param mostQueued the most reconciles that were seen to wait or to be at work
 * @param processor processor time of the operator
 */
record Round(Workload work, List<Call> calls, long reconciles, long mostQueued, Duration processor)
    implements AutoCloseable {
  List<Call> operatorCalls() {
    return calls.stream().filter(Call::isOperators).toList();
  }

  /** From the first creation to the last status. */
  Duration duration() {
    Call first =
        calls.stream()
            .filter(call -> call.is("create", "modelcompressions"))
            .findFirst()
            .orElseThrow();
    Call last =
        calls.stream()
            .filter(call -> call.is("update", "modelcompressions/status"))
            .reduce((earlier, later) -> later)
            .orElseThrow();
    return Duration.between(first.done(), last.done());
  }

  @Override
  public void close() {
    work.close();
  }
}
