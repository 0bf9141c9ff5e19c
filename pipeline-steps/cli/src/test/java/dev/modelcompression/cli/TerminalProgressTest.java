package dev.modelcompression.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TerminalProgressTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final AtomicLong clock = new AtomicLong();

  @Test
  void aBarShowsHowFarTheStepIsAndGivesWayToTheLineThatStays() {
    try (var progress = progress(true)) {
      progress.begin("step 2/5 fine-tune");
      progress.update(1, 4, "epoch 1/4");
      assertThat(text()).as("a bar tells the step's name itself").doesNotStartWith("step 2/5");
      progress.end("step 2/5 fine-tune: done");
    }

    assertThat(text()).contains("step 2/5 fine-tune", "25%", "epoch 1/4", "\r");
    assertThat(text().substring(text().lastIndexOf('\r')))
        .as("the bar's line is erased before the other is written")
        .isEqualTo("\r\u001b[2Kstep 2/5 fine-tune: done" + System.lineSeparator());
  }

  @Test
  void inALogThereIsALineNowAndThenWithTheTimeLeft() {
    try (var progress = progress(false)) {
      progress.begin("quantize");
      after(1, progress, 10, "too soon");
      after(5, progress, 25, "calibration");
      after(6, progress, 29, "the same tenth");
      after(6, progress, 50, "");
      progress.update(1, 0, "of nothing");
      progress.end("quantize: done");
    }

    assertThat(text().lines())
        .containsExactly(
            "quantize",
            "quantize, calibration, 25 %, 18 s left",
            "quantize, 50 %, 18 s left",
            "quantize: done");
  }

  private void after(int seconds, TerminalProgress progress, int percent, String note) {
    clock.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
    progress.update(percent, 100, note);
  }

  private TerminalProgress progress(boolean bars) {
    return new TerminalProgress(
        new PrintStream(bytes, true, StandardCharsets.UTF_8), bars, clock::get);
  }

  private String text() {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
