package dev.modelcompression.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.xml.parsers.SAXParserFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;
import org.xml.sax.helpers.DefaultHandler;

class ReportHtmlTest {
  private static final String MARKUP = "<script>alert('x')</script>\"><img src=x onerror=y>";

  @TempDir private Path folder;

  @Test
  void tellsTheOutcomeInTheOrderOfInterest() {
    String page = ReportHtml.render(SampleReport.passed());

    assertThat(text(page))
        .containsSubsequence(
            "fashion-resnet",
            "5 min 31 s of work, 1 of 9 steps taken from the cache",
            "Passed",
            "The model is 8.9\u00d7 smaller and 3.7\u00d7 faster",
            "Top-1 accuracy may fall by 0.50 pp",
            "fell by 0.31 pp",
            "90 %: \u22120.61 to \u22120.02 pp, reaching past the limit",
            "Latency p50 at most 0.300 \u00d7 the original",
            "0.268 \u00d7",
            "8.9\u00d7 smaller",
            "1.24 MB \u2192 140 kB",
            "3.7\u00d7 faster",
            "0.422 ms \u2192 0.113 ms",
            "\u22120.31 pp",
            "93.21 % \u2192 92.90 %",
            "\u22120.61 to \u22120.02 pp (90 % interval)",
            "Original",
            "optimize",
            "prune",
            "fine-tune",
            "Result: quantize",
            "41.88 % (below the chart)",
            "QLinearConv",
            "64 \u2192 48",
            "22.3 dB",
            "Ankle boot",
            "integer arithmetic pays there first",
            "prune.ratio=0.45",
            "2000 timed inferences",
            "\"importance\" : \"Taylor\"",
            "mc run -f examples/fashion-mnist/compression.yaml",
            "AMD EPYC 9965",
            "ONNX Runtime",
            "kind: ModelCompression");
  }

  @Test
  void aFailedGateSaysByHowMuchAndAMissingNumberIsADash() {
    String page = text(ReportHtml.render(SampleReport.failed("x")));

    assertThat(page)
        .containsSubsequence(
            "Gates failed",
            "It misses 2 of 3 gates.",
            "\u2717 failed Top-1 accuracy may fall by 0.10 pp",
            "fell by 0.31 pp 0.21 pp too much",
            "\u2717 failed Peak memory (model only) at most 20.0 MB",
            "\u2013 not measured");
    // GlobalAveragePool has no cost formula, the float layer no error.
    assertThat(page).contains("GlobalAveragePool \u2013 0 3.10 \u00b5s");
    assertThat(page).contains("Conv, float arithmetic float");
  }

  @Test
  void aRunWithoutResultShowsWhatThereIs() {
    assertThat(text(ReportHtml.render(SampleReport.incomplete())))
        .contains("Incomplete", "The run stopped at step fine-tune", "Failed. The loss became NaN")
        .doesNotContain("Result model.onnx", "smaller", "Quantization error");
  }

  @Test
  void aThousandClassesAndLayersStartWithWhatMatters() {
    Report sample = SampleReport.passed();
    var before = new ArrayList<Side.ClassAccuracy>();
    var after = new ArrayList<Side.ClassAccuracy>();
    var layers = new ArrayList<Details.PrunedLayer>();
    for (int i = 0; i < 1000; i++) {
      before.add(new Side.ClassAccuracy("class " + i, 50, 0.9));
      after.add(new Side.ClassAccuracy("class " + i, 50, i == 777 ? 0.5 : 0.9));
      layers.add(new Details.PrunedLayer("layer " + i, 64, 32, ""));
    }
    Details few = sample.details();
    Side result = sample.result();
    assertThat(result).isNotNull();
    var large =
        Report.of(
            sample.name(),
            sample.verdict(),
            sample.gates(),
            withClasses(sample.original(), before),
            withClasses(result, after),
            Map.of(),
            Map.of(),
            sample.stages(),
            List.of(),
            List.of(),
            new Details(
                few.bottlenecks(), few.operatorTimes(), layers, few.quantizedLayers(), List.of()),
            sample.lineage());

    assertThat(text(ReportHtml.render(large)))
        .containsSubsequence(
            "layer 0",
            "layer 23",
            "976 more",
            "layer 24",
            "the largest losses",
            "class 777 50 90.00 % 50.00 % \u221240.00 pp",
            "All 1000 classes",
            "class 0 ");
  }

  @Test
  void aStepThatTrialsShareCountsOnceAsWork() {
    Stage once = SampleReport.passed().stages().get(1);
    var again =
        new Stage(
            once.name(),
            once.type(),
            2,
            Stage.State.Cached,
            once.seconds(),
            once.digest(),
            once.metrics(),
            once.intervals(),
            once.settings(),
            once.notes());

    assertThat(ReportView.work(List.of(once, again))).isEqualTo("0.4\u00a0s of work");
    assertThat(ReportView.work(List.of(again)))
        .isEqualTo("0.4\u00a0s of work, 1 of 1 steps taken from the cache");
  }

  @Test
  void aLeastRatioIsMissedByTooLittle() {
    var missed =
        new Gate("throughput", Gate.Kind.minRatio, 100, 1.34, new Interval(1.2, 1.5), false, "");
    var kept =
        new Gate("throughput", Gate.Kind.minRatio, 1.3, 1.34, new Interval(1.2, 1.5), true, "");

    assertThat(GateText.of(missed).missed()).isEqualTo("98.660\u00a0\u00d7 too little");
    assertThat(GateText.of(kept).doubtful()).isTrue();
  }

  @Test
  void theReasonIsThatOfTheLastRoundThatChangedTheLayer() {
    var first = new Details.PrunedLayer("conv", 64, 48, "cheapest channels");
    var idle = new Details.PrunedLayer("conv", 48, 48, "matters more");

    assertThat(first.then(idle))
        .isEqualTo(new Details.PrunedLayer("conv", 64, 48, "cheapest channels"));
    var second = new Details.PrunedLayer("conv", 48, 32, "again");
    assertThat(first.then(second).then(new Details.PrunedLayer("conv", 32, 32, "idle")))
        .isEqualTo(new Details.PrunedLayer("conv", 64, 32, "again"));
    assertThat(idle.then(new Details.PrunedLayer("conv", 48, 48, "still")).reason())
        .isEqualTo("still");
  }

  private static Side withClasses(Side side, List<Side.ClassAccuracy> classes) {
    return new Side(
        side.name(), side.uri(), side.digest(), side.metrics(), side.intervals(), classes);
  }

  @Test
  void textFromOutsideIsNeverMarkup() {
    Report sample = SampleReport.failed(MARKUP);
    var stages = new ArrayList<>(sample.stages());
    Stage last = stages.remove(stages.size() - 1);
    stages.add(
        new Stage(
            MARKUP,
            MARKUP,
            last.trial(),
            Stage.State.Done,
            1.0,
            MARKUP,
            Map.of("top1", 0.9, "latencyP50Ms", 0.1),
            Map.of(),
            last.settings(),
            List.of(MARKUP)));
    var hostile =
        Report.of(
            MARKUP,
            sample.verdict(),
            List.of(new Gate(MARKUP, Gate.Kind.max, 1, 2.0, null, false, MARKUP)),
            new Side(
                MARKUP,
                MARKUP,
                MARKUP,
                sample.original().metrics(),
                Map.of(),
                List.of(new Side.ClassAccuracy(MARKUP, 1, 1.0))),
            sample.result(),
            Map.of(),
            Map.of(),
            stages,
            List.of(new Trial(1, false, List.of(MARKUP), 0, 1, Map.of()), sample.trials().get(1)),
            List.of(new Advice(MARKUP, MARKUP)),
            new Details(
                List.of(new Details.Bottleneck(MARKUP, MARKUP, 1.0, 1, 1.0, 1.0)),
                new Details.OperatorTimes(
                    List.of(new Details.OperatorTime(MARKUP, 1, 1)),
                    List.of(new Details.OperatorTime(MARKUP, 1, 1))),
                List.of(new Details.PrunedLayer(MARKUP, 2, 1, MARKUP)),
                List.of(new Details.QuantizedLayer(MARKUP, MARKUP, 1.0, true)),
                List.of(new Details.TrainingEpoch(MARKUP, 1, 1, 1.0, 1, 1))),
            sample.lineage());

    String page = ReportHtml.render(hostile);

    assertThat(page).contains("&lt;script&gt;").doesNotContain("<script", "<img", "onerror=y>");
  }

  @Test
  void thePageNeedsNothingElse() {
    String page = ReportHtml.render(SampleReport.passed());

    assertThat(page)
        .doesNotContain("<script", "<link", "@import", "url(")
        .doesNotContainPattern("(?i)(src|href)\\s*=")
        .contains("default-src 'none'");
    assertThat(page.length()).isLessThan(100_000);
  }

  @Test
  void everyTagIsClosed() throws Exception {
    for (Report report :
        List.of(SampleReport.passed(), SampleReport.failed(MARKUP), SampleReport.incomplete())) {
      String page = ReportHtml.render(report);
      // Void elements are the only difference between this page and XML.
      String xml =
          page.replaceAll("<(meta|br)([^>]*)>", "<$1$2/>").replaceFirst("<!doctype html>", "");
      var parser = SAXParserFactory.newInstance().newSAXParser();
      parser.parse(new InputSource(new StringReader(xml)), new DefaultHandler());
    }
  }

  @Test
  void writesAWholeFileAndNothingBesideIt() throws IOException {
    Path file = folder.resolve("report.html");
    Files.writeString(file, "an older report");

    ReportHtml.write(SampleReport.passed(), file);

    assertThat(file).hasContent(ReportHtml.render(SampleReport.passed()));
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  /** What a reader sees: no tags, single spaces. */
  private static String text(String page) {
    String body = page.substring(page.indexOf("<body>"));
    return Pattern.compile("<[^>]*>")
        .matcher(body)
        .replaceAll(" ")
        .replace("&quot;", "\"")
        .replace('\u00a0', ' ')
        .replaceAll("\\s+", " ");
  }
}
