package dev.modelcompression.cli.report.release;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.api.release.status.Verdict;
import dev.modelcompression.contract.ReleaseReportRequest;
import dev.modelcompression.contract.ReleaseRound;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ReleaseHtmlTest {
  private static final Path PAGES = Path.of("target/release-report");

  private final ReleaseReport promoted = SampleRelease.promoted().report();
  private final ReleaseReport takenBack = SampleRelease.takenBack().report();

  /** For people, and for screenshots. */
  @Test
  void pagesAreLeftToLookAt() throws IOException {
    Files.createDirectories(PAGES);
    Files.writeString(PAGES.resolve("promoted.html"), ReleaseHtml.render(promoted));
    Files.writeString(PAGES.resolve("taken-back.html"), ReleaseHtml.render(takenBack));
    List<ReleaseRound> some = new ArrayList<>(SampleRelease.takenBack().rounds());
    some.remove(1);
    var request = SampleRelease.takenBack().request("pvc://work/r");
    var incomplete =
        ReleaseReport.of(
            request,
            new KeptRounds(some, List.of(new KeptRounds.Missing(2, "nothing was kept"))),
            "0.1.0");
    Files.writeString(PAGES.resolve("incomplete.html"), ReleaseHtml.render(incomplete));
    assertThat(PAGES).isDirectoryContaining("glob:**/incomplete.html");
    assertThat(incomplete.complete()).isFalse();
  }

  @Test
  void thePromotionIsToldWithItsFigures() {
    assertThat(ReleaseHtml.render(promoted))
        .contains("<h2>Promoted</h2>")
        .contains("It passed at 10, 50 and 100\u00a0% of them.")
        .contains("sha256:" + "43".repeat(32))
        .contains("sha256:" + "1f".repeat(32))
        .contains("pvc://models/fashion-mnist/resnet8.onnx")
        .contains("9c41d7e2".repeat(5))
        .contains("AwaitingGit")
        .contains("the candidate gets 50 %")
        .contains(SampleRelease.promoted().last("accuracy").message())
        .doesNotContain("class=\"note");
  }

  @Test
  void theRollbackNamesTheFiguresThatDecided() {
    String page = ReleaseHtml.render(takenBack);
    assertThat(page)
        .contains("<h2>Taken back</h2>")
        .contains("a measurement broke a limit")
        .contains("<p class=\"decided\">accuracy 0.8936 against 0.9330: drop 0.0388 [")
        .contains("latencyP50 64.51 ms against 7.20 ms: ratio 8.960 [")
        .contains("refused from now on");
    assertThat(takenBack.rounds().get(3).verdict()).isEqualTo(Verdict.FAIL);
    assertThat(takenBack.rounds().get(0).verdict()).isEqualTo(Verdict.PASS);
  }

  /** Each limit has a chart with one point for each measurement that has a number. */
  @Test
  void everyMetricIsDrawnAgainstItsLimit() {
    var metrics = ReleaseView.of(takenBack).metrics();

    assertThat(metrics)
        .extracting(MetricView::name)
        .containsExactly("Accuracy", "Error rate", "Latency p50", "queueTime");
    assertThat(metrics.get(2).charts().get(0).limitText()).isEqualTo("limit: at most 1.5");
    assertThat(metrics.get(2).charts().get(0).points())
        .hasSize(4)
        .last()
        .matches(point -> point.tone().equals("bad") && point.text().contains("8.960"));
    assertThat(metrics.get(3).charts().get(0).points())
        .as("not asked in round 1, no answer in round 3")
        .hasSize(2);
    assertThat(metrics.get(3).rows()).hasSize(3);
    assertThat(metrics.get(3).rows().get(1).limited())
        .containsExactly("queueTime: Prometheus gave no value for the candidate: no sample");
  }

  @Test
  void aRunWithoutMeasurementsIsStillTold() {
    var request = SampleRelease.takenBack().request("pvc://work/r");
    var none = ReleaseReport.of(request, new KeptRounds(List.of(), List.of()), "0.1.0");
    assertThat(ReleaseHtml.render(none))
        .contains("There is nothing to draw.")
        .contains("<h2>Taken back</h2>");
  }

  @Test
  void nothingIsFetchedOrRun() {
    for (var report : List.of(promoted, takenBack)) {
      String page = ReleaseHtml.render(report);
      assertThat(page)
          .contains("default-src 'none'")
          .doesNotContainPattern("<script|<link|<img|@import|javascript:");
      assertThat(Pattern.compile("(src|href)=|url\\(").matcher(page).find()).isFalse();
      assertThat(page).doesNotContain("NOT_FOUND").doesNotContain("null");
    }
  }

  @Test
  void textsFromOutsideAreEscaped() {
    var good = SampleRelease.takenBack().request("pvc://work/r");
    String evil = "<script>alert(1)</script>";
    var request =
        new ReleaseReportRequest(
            good.version(),
            evil,
            evil,
            good.runId(),
            good.folder(),
            good.failure(),
            evil,
            good.startTime(),
            good.endTime(),
            new ReleaseReportRequest.Model(evil, good.baseline().digest()),
            good.candidate(),
            good.weights(),
            good.analysis(),
            good.history(),
            good.rounds(),
            good.evidence(),
            good.metrics(),
            evil,
            good.writeBack());
    var report =
        ReleaseReport.of(
            request, new KeptRounds(List.of(), List.of(new KeptRounds.Missing(1, evil))), evil);

    assertThat(ReleaseHtml.render(report)).doesNotContain("<script").contains("&lt;script&gt;");
  }
}
