package dev.modelcompression.operator.decide;

import dev.modelcompression.api.status.InputsStatus;
import dev.modelcompression.api.status.ModelCompressionStatus;
import dev.modelcompression.api.status.Reason;
import dev.modelcompression.engine.TrialResult;
import dev.modelcompression.engine.Verdict;
import dev.modelcompression.operator.observe.ObservedJob;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Collects what a course consists of. */
final class CourseBuilder {
  private final Ledger ledger;
  private final List<ObservedJob> delete = new ArrayList<>();
  private Optional<Course.Start> start = Optional.empty();
  private Course.@Nullable Identity run;
  private @Nullable InputsStatus inputs;
  private String step = "";
  private Optional<Verdict> verdict = Optional.empty();
  private List<TrialResult> trials = List.of();

  CourseBuilder(Ledger ledger) {
    this.ledger = ledger;
  }

  void inputs(InputsStatus found) {
    inputs = found;
  }

  void run(Execution execution) {
    run =
        new Course.Identity(
            execution.id(),
            execution.workspace(),
            execution.image(),
            execution.run().threads(),
            execution.run().original().bytes());
  }

  /** Keeps what a status knows of its run. */
  void keep(ModelCompressionStatus known) {
    inputs = known.inputs();
    if (known.runId() != null
        && known.workspace() != null
        && known.image() != null
        && known.threads() != null) {
      run =
          new Course.Identity(known.runId(), known.workspace(), known.image(), known.threads(), 0);
    }
  }

  void trials(List<TrialResult> ended) {
    trials = ended;
  }

  void step(String text) {
    step = text;
  }

  void delete(ObservedJob job) {
    if (!deletes(job)) {
      delete.add(job);
    }
  }

  boolean deletes(ObservedJob job) {
    return delete.contains(job);
  }

  CourseBuilder start(Course.Start attempt) {
    start = Optional.of(attempt);
    return this;
  }

  /**
   * The course of a run that has ended.
   *
   * @param again whether something is left to do once this is written
   */
  Course ended(Verdict end, boolean again) {
    verdict = Optional.of(end);
    Standing standing =
        end.passed()
            ? new Standing(
                Standing.State.SUCCEEDED, Reason.SUCCEEDED, end.message(), Optional.empty())
            : Standing.failed(Failures.reason(end, ledger.steps()), end.message());
    return build(again ? standing.again(Duration.ZERO) : standing);
  }

  Course build(Standing standing) {
    return new Course(
        List.copyOf(delete), start, ledger, standing, run, inputs, step, verdict, trials);
  }
}
