package dev.modelcompression.cli.report;

import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A report as the page shows it: every number already written out, no decision left to do. */
record ReportView(
    Report report,
    String tone,
    List<GateRow> gates,
    List<Tile> tiles,
    StageTable stages,
    TradeOffChart tradeOff,
    LayerBars.BeforeAfter operators,
    LayerBars.Bars pruned,
    LayerBars.Bars quantized,
    TrainingCharts training,
    ClassTable classes,
    List<MetricRow> metrics,
    List<BottleneckRow> bottlenecks,
    List<TrialRow> trials,
    List<StepRow> steps,
    List<Fact> machine,
    List<Fact> versions,
    List<FileRow> files,
    String started,
    String work,
    String evaluatedOn,
    String confidence) {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("d MMMM yyyy, HH:mm 'UTC'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  /**
   * Where the limit lies on a gate's meter, in percent; the rest shows by how much it is missed.
   */
  private static final double LIMIT_AT = 70;

  /**
   * A gate.
   *
   * @param meter length of the bar in percent; empty where there is no sensible one
   */
  record GateRow(boolean passed, GateText text, String meter) {}

  /** A headline number. */
  record Tile(String label, String headline, String detail, String note, boolean worse) {}

  /** One metric of both models. */
  record MetricRow(
      String label,
      String original,
      String originalInterval,
      String result,
      String resultInterval,
      String change,
      String changeInterval) {}

  /** One costly node. */
  record BottleneckRow(
      String node,
      String opType,
      String macs,
      String parameters,
      String micros,
      String share,
      String width) {}

  /** One trial. */
  record TrialRow(
      int trial,
      boolean chosen,
      String changes,
      String gates,
      String top1,
      String p50,
      String size) {}

  /** One step with its settings. */
  record StepRow(
      String name,
      String type,
      int trial,
      String state,
      String took,
      String digest,
      String settings,
      List<String> notes) {}

  /** A named fact. */
  record Fact(String name, String value) {}

  /** A file by its digest. */
  record FileRow(String role, String uri, String size, String digest) {}

  static ReportView of(Report report) {
    Lineage lineage = report.lineage();
    return new ReportView(
        report,
        tone(report.verdict()),
        report.gates().stream().map(ReportView::gate).toList(),
        tiles(report),
        StageTable.of(report),
        TradeOffChart.of(report),
        LayerBars.operatorTimes(report.details().operatorTimes()),
        LayerBars.prunedLayers(report.details().prunedLayers()),
        LayerBars.quantizedLayers(report.details().quantizedLayers()),
        TrainingCharts.of(report.details().training()),
        ClassTable.of(report),
        metrics(report),
        report.details().bottlenecks().stream().map(ReportView::bottleneck).toList(),
        report.trials().stream().map(ReportView::trial).toList(),
        report.stages().stream().map(ReportView::step).toList(),
        machine(lineage.machine()),
        lineage.versions().entrySet().stream()
            .map(version -> new Fact(version.getKey(), version.getValue()))
            .toList(),
        files(lineage),
        TIME.format(lineage.started()),
        work(report.stages()),
        report.evaluatedOn(),
        confidence(lineage));
  }

  /**
   * How long the steps worked, whether in this run or in the one that filled the cache. A step that
   * several trials share counts once.
   */
  static String work(List<Stage> stages) {
    var steps = new LinkedHashMap<List<Object>, Stage>();
    for (Stage stage : stages) {
      steps.putIfAbsent(
          List.of(
              stage.name(),
              Optional.ofNullable(stage.seconds()),
              Optional.ofNullable(stage.digest()),
              stage.settings()),
          stage);
    }
    double seconds =
        steps.values().stream()
            .flatMap(stage -> Stream.ofNullable(stage.seconds()))
            .mapToDouble(Double::doubleValue)
            .sum();
    long cached =
        steps.values().stream().filter(stage -> stage.state() == Stage.State.Cached).count();
    return duration(seconds)
        + " of work"
        + (cached == 0
            ? ""
            : ", " + cached + " of " + steps.size() + " steps taken from the cache");
  }

  /** The level of the intervals: "95 %". */
  private static String confidence(Lineage lineage) {
    var format = new DecimalFormat("0.###", DecimalFormatSymbols.getInstance(Locale.ROOT));
    return format.format(lineage.method().confidence() * 100) + "\u00a0%";
  }

  private static String tone(Verdict verdict) {
    return switch (verdict) {
      case Passed -> "good";
      case Failed -> "bad";
      case BestEffort, Incomplete -> "warn";
    };
  }

  private static GateRow gate(Gate gate) {
    Optional<Double> use = gate.kind().isLeast() ? Optional.empty() : GateText.use(gate);
    return new GateRow(
        gate.passed(),
        GateText.of(gate),
        use.map(part -> Scale.percent(Math.min(100, part * LIMIT_AT))).orElse(""));
  }

  private static List<Tile> tiles(Report report) {
    Side result = report.result();
    if (result == null) {
      return List.of();
    }
    var tiles = new ArrayList<Tile>();
    tiles.add(ratioTile(report, result, Metric.SIZE, "smaller", "larger", "same size"));
    tiles.add(ratioTile(report, result, Metric.LATENCY_P50, "faster", "slower", "same speed"));
    tiles.add(
        shareTile(
            report,
            result,
            report.differences().containsKey(Metric.TOP1.ratioKey())
                ? Metric.TOP1
                : Metric.AGREEMENT));
    return List.copyOf(tiles);
  }

  private static Tile ratioTile(
      Report report, Side result, Metric metric, String less, String more, String same) {
    Double ratio = report.ratios().get(metric.ratioKey());
    if (ratio == null) {
      return new Tile(metric.label(), StageTable.MISSING, "not measured", "", false);
    }
    Interval interval = report.ratioIntervals().get(metric.ratioKey());
    String note =
        StageTable.ratio(ratio)
            + " the original"
            + (interval == null
                ? ""
                : String.format(Locale.ROOT, " (%.3f to %.3f)", interval.low(), interval.high()));
    return new Tile(
        metric.label(),
        Summary.factor(ratio, less, more, same),
        beforeAfter(metric, report.original(), result),
        note,
        ratio > 1 + Summary.UNCHANGED);
  }

  private static Tile shareTile(Report report, Side result, Metric metric) {
    Double difference = report.differences().get(metric.ratioKey());
    if (difference == null) {
      Double value = result.metrics().get(metric.key());
      return value == null
          ? new Tile(Metric.TOP1.label(), StageTable.MISSING, "not measured", "", false)
          : new Tile(
              metric.label(),
              metric.unit().format(value),
              "",
              StageTable.interval(metric, result.intervals().get(metric.key())),
              false);
    }
    Interval interval = report.differenceIntervals().get(metric.ratioKey());
    return new Tile(
        metric.label(),
        metric.unit().formatDifference(difference),
        beforeAfter(metric, report.original(), result),
        interval == null
            ? "percentage points"
            : metric.unit().formatDifferenceInterval(interval)
                + " ("
                + confidence(report.lineage())
                + " interval)",
        false);
  }

  private static String beforeAfter(Metric metric, Side original, Side result) {
    return shown(metric, original.metrics()) + " \u2192 " + shown(metric, result.metrics());
  }

  private static String shown(Metric metric, Map<String, Double> metrics) {
    Double value = metrics.get(metric.key());
    return value == null ? StageTable.MISSING : metric.unit().format(value);
  }

  private static List<MetricRow> metrics(Report report) {
    Side result = report.result();
    var rows = new ArrayList<MetricRow>();
    for (Metric metric : Metric.values()) {
      Side original = report.original();
      Map<String, Double> after = result == null ? Map.of() : result.metrics();
      if (!original.metrics().containsKey(metric.key()) && !after.containsKey(metric.key())) {
        continue;
      }
      rows.add(
          new MetricRow(
              metric.label(),
              shown(metric, original.metrics()),
              StageTable.interval(metric, original.intervals().get(metric.key())),
              shown(metric, after),
              result == null
                  ? ""
                  : StageTable.interval(metric, result.intervals().get(metric.key())),
              change(report, metric),
              changeInterval(report, metric)));
    }
    return List.copyOf(rows);
  }

  private static String change(Report report, Metric metric) {
    if (metric.isShare()) {
      Double difference = report.differences().get(metric.ratioKey());
      return difference == null ? StageTable.MISSING : metric.unit().formatDifference(difference);
    }
    Double ratio = report.ratios().get(metric.ratioKey());
    return ratio == null ? StageTable.MISSING : StageTable.ratio(ratio);
  }

  private static String changeInterval(Report report, Metric metric) {
    Interval interval =
        (metric.isShare() ? report.differenceIntervals() : report.ratioIntervals())
            .get(metric.ratioKey());
    if (interval == null) {
      return "";
    }
    return metric.isShare()
        ? metric.unit().formatDifferenceInterval(interval)
        : Unit.joined(StageTable.ratio(interval.low()), StageTable.ratio(interval.high()));
  }

  private static BottleneckRow bottleneck(Details.Bottleneck node) {
    Double macs = node.macs();
    Double micros = node.micros();
    Double share = node.share();
    return new BottleneckRow(
        node.node(),
        node.opType(),
        macs == null ? StageTable.MISSING : Unit.COUNT.format(macs),
        Unit.COUNT.format((double) node.parameters()),
        micros == null ? StageTable.MISSING : Unit.MICROSECONDS.format(micros),
        share == null
            ? StageTable.MISSING
            : String.format(Locale.ROOT, "%.1f\u00a0%%", share * 100),
        share == null ? "0%" : Scale.percent(share * 100));
  }

  private static TrialRow trial(Trial trial) {
    return new TrialRow(
        trial.trial(),
        trial.chosen(),
        trial.changes().isEmpty() ? "as written" : String.join(", ", trial.changes()),
        trial.gatesPassed() + " of " + trial.gatesTotal(),
        shown(Metric.TOP1, trial.metrics()),
        shown(Metric.LATENCY_P50, trial.metrics()),
        shown(Metric.SIZE, trial.metrics()));
  }

  private static StepRow step(Stage stage) {
    Double seconds = stage.seconds();
    String digest = stage.digest();
    return new StepRow(
        stage.name(),
        stage.type(),
        stage.trial(),
        stage.state().name(),
        seconds == null ? StageTable.MISSING : duration(seconds),
        digest == null ? "" : digest,
        stage.settings().isEmpty() ? "" : stage.settings().toPrettyString(),
        stage.notes());
  }

  private static List<Fact> machine(Lineage.Machine machine) {
    return List.of(
        new Fact("Processor", machine.cpu()),
        new Fact("Cores", Integer.toString(machine.cores())),
        new Fact("Instruction sets", String.join(", ", machine.instructionSets())),
        new Fact("Memory", Unit.BYTES.format((double) machine.memoryBytes())),
        new Fact("System", machine.os()));
  }

  private static List<FileRow> files(Lineage lineage) {
    var files = new ArrayList<FileRow>();
    files.add(file("source model", lineage.source()));
    for (Lineage.DatasetUse use : lineage.datasets()) {
      files.add(
          new FileRow(
              use.role() + " data",
              use.uri(),
              String.format(Locale.ROOT, "%,d samples", use.rows()),
              use.digest()));
    }
    lineage.artifacts().forEach(artifact -> files.add(file(artifact.name(), artifact)));
    return List.copyOf(files);
  }

  private static FileRow file(String role, Lineage.Artifact file) {
    return new FileRow(
        role, file.uri(), Unit.BYTES.format((double) file.sizeBytes()), file.digest());
  }

  /** Seconds as people say them: "2 min 14 s". */
  static String duration(double seconds) {
    if (seconds < 60) {
      return String.format(Locale.ROOT, "%.1f\u00a0s", seconds);
    }
    long whole = Math.round(seconds);
    return whole < 3600
        ? whole / 60 + "\u00a0min " + whole % 60 + "\u00a0s"
        : whole / 3600 + "\u00a0h " + whole % 3600 / 60 + "\u00a0min";
  }
}
