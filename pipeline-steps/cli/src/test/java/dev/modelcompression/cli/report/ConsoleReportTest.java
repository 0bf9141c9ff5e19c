package dev.modelcompression.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ConsoleReportTest {
  private static final Path PAGE = Path.of("work", "report.html");
  private static final Path GOLDEN = Path.of("src/test/resources/report");

  @Test
  void aPassedRun() throws IOException {
    Golden.assertMatches(
        GOLDEN.resolve("passed.txt"), ConsoleReport.render(SampleReport.passed(), PAGE, 80, false));
  }

  @Test
  void aFailedRunSaysByHowMuch() throws IOException {
    Golden.assertMatches(
        GOLDEN.resolve("failed.txt"),
        ConsoleReport.render(SampleReport.failed("fashion-resnet"), PAGE, 80, false));
  }

  @Test
  void aRunWithoutResult() throws IOException {
    Golden.assertMatches(
        GOLDEN.resolve("incomplete.txt"),
        ConsoleReport.render(SampleReport.incomplete(), null, 80, false));
  }

  @Test
  void fitsTheTerminal() {
    for (int width : new int[] {80, 100, 200}) {
      assertThat(ConsoleReport.render(SampleReport.failed("x"), PAGE, width, false).lines())
          .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(width));
    }
  }

  @Test
  void colourOnlyWhereAsked() {
    String plain = ConsoleReport.render(SampleReport.passed(), PAGE, 80, false);
    String coloured = ConsoleReport.render(SampleReport.passed(), PAGE, 80, true);

    assertThat(plain).doesNotContain("\u001b");
    assertThat(coloured).contains("\u001b[1m\u001b[32m\u2713 Passed");
    assertThat(coloured.replaceAll("\u001b\\[[0-9;]*m", "").lines().map(String::stripTrailing))
        .containsExactlyElementsOf(plain.lines().toList());
  }

  @Test
  void noNameSteersTheTerminal() {
    assertThat(
            ConsoleReport.render(SampleReport.failed("evil\u001b[2J\u0007name"), PAGE, 80, false))
        .contains("evil?[2J?name")
        .doesNotContain("\u001b", "\u0007");
  }
}
