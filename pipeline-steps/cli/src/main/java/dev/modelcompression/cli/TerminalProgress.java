package dev.modelcompression.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * Shows how far the running step is: a bar with the time left on a terminal, a plain line now and
 * then in a pipe or a pod's log.
 */
final class TerminalProgress implements AutoCloseable {
  /**
   * A log should not fill with progress: a line for each tenth of a step, and none within this
   * time.
   */
  private static final Duration QUIET = Duration.ofSeconds(5);

  private static final long PERCENT = 100;
  private static final String ERASE_LINE = "\r\u001b[2K";

  private final PrintStream out;
  private final boolean bars;
  private final LongSupplier nanoClock;
  private String title = "";
  private @Nullable ProgressBar bar;
  private long started;
  private long lastLine;
  private int lastTenth;

  TerminalProgress(PrintStream out, boolean bars) {
    this(out, bars, System::nanoTime);
  }

  TerminalProgress(PrintStream out, boolean bars, LongSupplier nanoClock) {
    this.out = out;
    this.bars = bars;
    this.nanoClock = nanoClock;
  }

  /** Begins with a new step, such as {@code "step 3/5 fine-tune"}. */
  void begin(String step) {
    endBar();
    title = step;
    started = nanoClock.getAsLong();
    lastLine = started;
    lastTenth = 0;
    if (!bars) {
      out.println(step);
    }
  }

  /** Reports the share done of the current step. */
  void update(long done, long total, String note) {
    if (total <= 0) {
      return;
    }
    if (bars) {
      var current = bar == null ? newBar() : bar;
      bar = current;
      current.maxHint(PERCENT);
      current.stepTo(Math.min(PERCENT, PERCENT * done / total));
      current.setExtraMessage(note);
    } else {
      line(done, total, note);
    }
  }

  /** Ends the current step with one line that stays. */
  void end(String line) {
    endBar();
    out.println(line);
  }

  @Override
  public void close() {
    endBar();
  }

  private ProgressBar newBar() {
    return new ProgressBarBuilder()
        .setTaskName(title)
        .setStyle(ProgressBarStyle.COLORFUL_UNICODE_BLOCK)
        .setUpdateIntervalMillis(100)
        .clearDisplayOnFinish()
        .setConsumer(new ConsoleProgressBarConsumer(out))
        .build();
  }

  private void line(long done, long total, String note) {
    long now = nanoClock.getAsLong();
    int tenth = (int) (10 * done / total);
    if (tenth <= lastTenth || now - lastLine < QUIET.toNanos()) {
      return;
    }
    lastTenth = tenth;
    lastLine = now;
    double seconds = (now - started) / 1e9 * (total - done) / Math.max(1, done);
    out.println(
        String.format(
            Locale.ROOT,
            "%s, %s%d %%, %.0f s left",
            title,
            note.isEmpty() ? "" : note + ", ",
            100 * done / total,
            seconds));
  }

  private void endBar() {
    if (bar != null) {
      bar.close();
      // The library leaves a bar that ends before it was drawn a second time.
      out.print(ERASE_LINE);
      bar = null;
    }
  }
}
