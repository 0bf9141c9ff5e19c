package dev.modelcompression.operator.report;

import dev.modelcompression.api.status.Condition;
import dev.modelcompression.operator.decide.Standing;
import java.util.List;

/**
 * The conditions of a compression. All four are always there; {@code Reconciling} and {@code
 * Stalled} are true only while there is something to say, as kstatus wants it, so that {@code
 * kubectl wait}, Flux and Argo CD end.
 */
final class Conditions {
  private Conditions() {}

  static List<Condition> of(
      List<Condition> before, Standing standing, String message, long generation, String now) {
    return List.of(
        condition(
            before, Condition.Type.READY, ready(standing), standing, message, generation, now),
        condition(
            before,
            Condition.Type.RECONCILING,
            reconciling(standing),
            standing,
            message,
            generation,
            now),
        condition(
            before, Condition.Type.STALLED, stalled(standing), standing, message, generation, now),
        condition(
            before,
            Condition.Type.SUCCEEDED,
            succeeded(standing),
            standing,
            message,
            generation,
            now));
  }

  private static Condition.Status ready(Standing standing) {
    return standing.state() == Standing.State.SUCCEEDED
        ? Condition.Status.TRUE
        : Condition.Status.FALSE;
  }

  private static Condition.Status reconciling(Standing standing) {
    return standing.state() == Standing.State.RUNNING || standing.state() == Standing.State.WAITING
        ? Condition.Status.TRUE
        : Condition.Status.FALSE;
  }

  private static Condition.Status stalled(Standing standing) {
    return standing.state() == Standing.State.FAILED
        ? Condition.Status.TRUE
        : Condition.Status.FALSE;
  }

  private static Condition.Status succeeded(Standing standing) {
    return switch (standing.state()) {
      case SUCCEEDED -> Condition.Status.TRUE;
      case FAILED -> Condition.Status.FALSE;
      default -> Condition.Status.UNKNOWN;
    };
  }

  private static Condition condition(
      List<Condition> before,
      Condition.Type type,
      Condition.Status status,
      Standing standing,
      String message,
      long generation,
      String now) {
    String since =
        before.stream()
            .filter(condition -> condition.type() == type && condition.status() == status)
            .map(Condition::lastTransitionTime)
            .findFirst()
            .orElse(now);
    return new Condition(type, status, generation, since, standing.reason(), message);
  }
}
