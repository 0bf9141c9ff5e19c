package dev.modelcompression.cli;

import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.contract.StepReport;
import dev.modelcompression.engine.RunEvent;
import dev.modelcompression.engine.StepStart;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Tells a run's news on the terminal: one line that stays for each step, and how far the running
 * one is.
 */
final class RunProgress implements Consumer<RunEvent> {
  private static final int SCALE = 10_000;

  private final TerminalProgress terminal;

  RunProgress(TerminalProgress terminal) {
    this.terminal = terminal;
  }

  @Override
  public void accept(RunEvent event) {
    switch (event.kind()) {
      case STEP_STARTED -> event.step().ifPresent(step -> terminal.begin(title(step)));
      case STEP_PROGRESS ->
          terminal.update(Math.round(event.fraction() * SCALE), SCALE, event.message());
      case STEP_CACHED ->
          event
              .step()
              .ifPresent(step -> terminal.end(title(step) + ": cached, " + event.message()));
      case STEP_ENDED ->
          event
              .step()
              .ifPresent(
                  step -> event.report().ifPresent(report -> terminal.end(ended(step, report))));
      case TRIAL_STARTED -> {
        if (!event.message().startsWith("trial 1 ")) {
          terminal.end(event.message());
        }
      }
      case NOTE -> terminal.end("note: " + event.message());
      case RUN_STARTED, RUN_ENDED -> {} // the summary tells
    }
  }

  private static String title(StepStart step) {
    return "step " + step.index() + "/" + step.count() + " " + step.step().name();
  }

  private static String ended(StepStart step, StepReport report) {
    String seconds = String.format(Locale.ROOT, "%.1f s", report.lineage().seconds());
    return report.exit() == ExitCode.DONE
        ? title(step) + ": done in " + seconds + ", " + report.message()
        : title(step)
            + ": failed after "
            + seconds
            + ", exit "
            + report.exit().code()
            + " ("
            + report.exit().title()
            + "): "
            + report.message();
  }
}
