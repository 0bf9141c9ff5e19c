package dev.modelcompression.cli.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reports as real runs on the Fashion-MNIST ResNet-8 give them. */
final class SampleReport {
  private static final String DIGEST =
      "sha256:4f1c0d9b7a3e52861b7f0c2d9e8a46530c1b2d3e4f5061728394a5b6c7d8e9f0";
  private static final String SPEC =
      """
      apiVersion: modelcompression.dev/v1alpha1
      kind: ModelCompression
      metadata: {name: fashion-resnet}
      spec:
        model: {uri: resnet8.onnx}
        datasets:
          training:    {uri: train.npz}
          calibration: {from: training, samples: 512}
          evaluation:  {uri: test.npz}
        seed: 7
        steps:
        - {name: analyze, analyze: {}}
        - {name: optimize, optimize: {}}
        - {name: prune, prune: {importance: Taylor, ratio: 0.5, roundTo: 16}}
        - {name: fine-tune, fineTune: {epochs: 3, learningRate: 0.01}}
        - {name: quantize, quantize: {mode: Static, calibrator: Entropy}}
        - {name: evaluate, evaluate: {}}
        gates:
        - {metric: top1, maxDrop: 0.005}
        - {metric: latencyP50, maxRatio: 0.3}
        - {metric: sizeBytes, maxRatio: 0.13}
      """;

  private SampleReport() {}

  /** Every gate passed. */
  static Report passed() {
    return of(
        "fashion-resnet",
        Verdict.Passed,
        List.of(
            gate("top1", Gate.Kind.maxDrop, 0.005, 0.0031, new Interval(0.0002, 0.0061)),
            gate(
                "latencyP50",
                Gate.Kind.maxRatio,
                0.3,
                0.11284 / 0.4217,
                new Interval(0.262, 0.274)),
            gate("sizeBytes", Gate.Kind.maxRatio, 0.13, 140288d / 1244712d, null)));
  }

  /** One gate failed, and the model's name tries to be markup. */
  static Report failed(String name) {
    return of(
        name,
        Verdict.Failed,
        List.of(
            gate("top1", Gate.Kind.maxDrop, 0.001, 0.0031, new Interval(0.0002, 0.0061)),
            gate(
                "latencyP50",
                Gate.Kind.maxRatio,
                0.3,
                0.11284 / 0.4217,
                new Interval(0.262, 0.274)),
            new Gate("peakMemoryBytes", Gate.Kind.max, 2e7, null, null, false, "not measured")));
  }

  /** A step failed: there is no result. */
  static Report incomplete() {
    var whole = passed();
    var stages = new ArrayList<>(whole.stages().subList(0, 3));
    stages.add(
        new Stage(
            "fine-tune",
            "FineTune",
            1,
            Stage.State.Failed,
            12.5,
            null,
            Map.of(),
            Map.of(),
            json("{\"epochs\":3}"),
            List.of("The loss became NaN in epoch 1; lower learningRate (0.01).")));
    return Report.of(
        whole.name(),
        Verdict.Incomplete,
        List.of(),
        whole.original(),
        null,
        Map.of(),
        Map.of(),
        stages,
        List.of(),
        List.of(),
        Details.NONE,
        whole.lineage());
  }

  private static Report of(String name, Verdict verdict, List<Gate> gates) {
    return Report.of(
        name,
        verdict,
        gates,
        original(),
        result(),
        Map.of("latencyP50", new Interval(0.262, 0.274)),
        Map.of("top1", new Interval(-0.0061, -0.0002)),
        stages(),
        List.of(
            new Trial(1, false, List.of(), 2, 3, Map.of("top1", 0.9243, "sizeBytes", 118784d)),
            new Trial(
                2,
                true,
                List.of("prune.ratio=0.45"),
                gates.stream().allMatch(Gate::passed) ? 3 : 2,
                3,
                Map.of("top1", 0.929, "latencyP50Ms", 0.11284, "sizeBytes", 140288d))),
        List.of(
            new Advice(
                "quantize",
                "Conv takes 91 % of the time and has 99 % of the MACs: integer arithmetic pays there first."),
            new Advice(
                "prune with roundTo 16",
                "Channel counts that are no multiple of 16 leave vector lanes idle on this processor.")),
        details(),
        lineage());
  }

  private static Gate gate(
      String metric, Gate.Kind kind, double limit, double value, @Nullable Interval interval) {
    boolean passed = value <= limit;
    return new Gate(
        metric,
        kind,
        limit,
        value,
        interval,
        passed,
        passed ? "within the limit" : "over the limit");
  }

  private static Side original() {
    return new Side(
        "resnet8.onnx",
        "file:///models/resnet8.onnx",
        DIGEST,
        metrics(
            0.9321, 0.9989, 0.4217, 0.4493, 0.5122, 2371, 1244712, 308074, 37_494_784, 33_554_432),
        Map.of("top1", new Interval(0.9271, 0.9369), "latencyP50Ms", new Interval(0.419, 0.4244)),
        classes(0.874, 0.985, 0.893, 0.934, 0.896, 0.986, 0.801, 0.979, 0.989, 0.984));
  }

  private static Side result() {
    var metrics =
        new LinkedHashMap<>(
            metrics(
                0.929,
                0.9987,
                0.11284,
                0.1219,
                0.1604,
                8862,
                140288,
                104_394,
                17_622_016,
                21_233_664));
    metrics.put("agreement", 0.9702);
    return new Side(
        "model.onnx",
        "file:///workspace/fashion-resnet/model.onnx",
        digest("quantize2"),
        metrics,
        Map.of(
            "top1", new Interval(0.924, 0.934),
            "latencyP50Ms", new Interval(0.1117, 0.1139),
            "agreement", new Interval(0.9668, 0.9734)),
        classes(0.868, 0.983, 0.889, 0.931, 0.889, 0.985, 0.792, 0.981, 0.988, 0.984));
  }

  private static Map<String, Double> metrics(double... values) {
    String[] keys = {
      "top1",
      "top5",
      "latencyP50Ms",
      "latencyP95Ms",
      "latencyP99Ms",
      "throughput",
      "sizeBytes",
      "parameters",
      "macs",
      "peakMemoryBytes"
    };
    var metrics = new LinkedHashMap<String, Double>();
    for (int i = 0; i < values.length; i++) {
      metrics.put(keys[i], values[i]);
    }
    return metrics;
  }

  private static List<Side.ClassAccuracy> classes(double... accuracies) {
    String[] names = {
      "T-shirt/top",
      "Trouser",
      "Pullover",
      "Dress",
      "Coat",
      "Sandal",
      "Shirt",
      "Sneaker",
      "Bag",
      "Ankle boot"
    };
    var classes = new ArrayList<Side.ClassAccuracy>();
    for (int i = 0; i < names.length; i++) {
      classes.add(new Side.ClassAccuracy(names[i], 1000, accuracies[i]));
    }
    return classes;
  }

  private static List<Stage> stages() {
    return List.of(
        stage(
            "analyze",
            "Analyze",
            1,
            Stage.State.Cached,
            3.2,
            Map.of(),
            "{}",
            "12 Conv, 1 Gemm, 9 BatchNormalization; opset 17."),
        stage(
            "optimize",
            "Optimize",
            1,
            Stage.State.Done,
            0.4,
            size(0.9321, 0.4012, 1238912, 307114, 37_494_784),
            "{}",
            "Folded 9 batch normalizations into their convolutions."),
        stage(
            "prune",
            "Prune",
            1,
            Stage.State.Done,
            5.1,
            size(0.361, 0.221, 380_112, 95_000, 16_400_000),
            "{\"ratio\":0.5}",
            "Removed 336 of 704 channels."),
        stage(
            "fine-tune",
            "FineTune",
            1,
            Stage.State.Done,
            131.0,
            size(0.9262, 0.221, 380_112, 95_000, 16_400_000),
            "{\"epochs\":3}",
            "3 epochs over 20,000 samples."),
        stage(
            "quantize",
            "Quantize",
            1,
            Stage.State.Done,
            6.0,
            size(0.9243, 0.104, 118_784, 95_000, 16_400_000),
            "{}",
            "9 of 9 layers in integer arithmetic."),
        stage(
            "prune",
            "Prune",
            2,
            Stage.State.Done,
            5.3,
            size(0.4188, 0.2286, 428_112, 104_394, 17_622_016),
            "{\"structure\":\"Channel\",\"importance\":\"Taylor\",\"ratio\":0.45,\"roundTo\":16}",
            "Removed 304 of 704 channels in 6 groups."),
        stage(
            "fine-tune",
            "FineTune",
            2,
            Stage.State.Done,
            134.7,
            size(0.9311, 0.2279, 428_112, 104_394, 17_622_016),
            "{\"epochs\":3,\"learningRate\":0.01,\"distillation\":{\"temperature\":4,\"alpha\":0.5}}",
            "3 epochs over 20,000 samples, taught by the original model."),
        stage(
            "quantize",
            "Quantize",
            2,
            Stage.State.Done,
            6.2,
            size(0.929, 0.11284, 140_288, 104_394, 17_622_016),
            "{\"mode\":\"Static\",\"calibrator\":\"Entropy\"}",
            "10 of 10 layers run in integer arithmetic."),
        stage(
            "evaluate",
            "Evaluate",
            2,
            Stage.State.Done,
            38.9,
            Map.of(),
            "{}",
            "10,000 samples, 2,000 timed inferences of each model."));
  }

  private static Map<String, Double> size(
      double top1, double p50, double bytes, double parameters, double macs) {
    var metrics = new LinkedHashMap<String, Double>();
    metrics.put("top1", top1);
    metrics.put("latencyP50Ms", p50);
    metrics.put("sizeBytes", bytes);
    metrics.put("parameters", parameters);
    metrics.put("macs", macs);
    metrics.put("notMeasured", Double.NaN);
    return metrics;
  }

  private static Stage stage(
      String name,
      String type,
      int trial,
      Stage.State state,
      double seconds,
      Map<String, Double> metrics,
      String settings,
      String note) {
    Double top1 = metrics.get("top1");
    return new Stage(
        name,
        type,
        trial,
        state,
        seconds,
        metrics.isEmpty() ? null : digest(name + trial),
        metrics,
        top1 == null ? Map.of() : Map.of("top1", new Interval(top1 - 0.005, top1 + 0.005)),
        json(settings),
        List.of(note));
  }

  private static Details details() {
    return new Details(
        List.of(
            new Details.Bottleneck("/stem/conv/Conv", "Conv", 225_792d, 320, 61.2, 0.151),
            new Details.Bottleneck(
                "/stage1/block/conv2/Conv", "Conv", 7_225_344d, 9248, 57.9, 0.143),
            new Details.Bottleneck(
                "/stage3/block/conv2/Conv", "Conv", 7_225_344d, 147_584, 52.3, 0.129),
            new Details.Bottleneck(
                "/pool/GlobalAveragePool", "GlobalAveragePool", null, 0, 3.1, 0.008)),
        new Details.OperatorTimes(
            List.of(
                new Details.OperatorTime("Conv", 10, 368.4),
                new Details.OperatorTime("Add", 3, 21.9),
                new Details.OperatorTime("Gemm", 1, 6.2),
                new Details.OperatorTime("GlobalAveragePool", 1, 3.1)),
            List.of(
                new Details.OperatorTime("QLinearConv", 10, 79.6),
                new Details.OperatorTime("QLinearAdd", 3, 9.8),
                new Details.OperatorTime("QuantizeLinear", 1, 5.1),
                new Details.OperatorTime("QGemm", 1, 2.4))),
        List.of(
            new Details.PrunedLayer(
                "/stem/conv/Conv", 32, 32, "first layer: 1 input channel, little to gain"),
            new Details.PrunedLayer("/stage1/block/conv1/Conv", 32, 16, "Taylor, rounded to 16"),
            new Details.PrunedLayer(
                "/stage1/block/conv2/Conv", 32, 32, "tied to /stem/conv/Conv by Add"),
            new Details.PrunedLayer("/stage2/block/conv1/Conv", 64, 48, "Taylor, rounded to 16"),
            new Details.PrunedLayer("/stage2/block/conv2/Conv", 64, 48, "Taylor, rounded to 16"),
            new Details.PrunedLayer("/stage3/block/conv1/Conv", 128, 64, "Taylor, rounded to 16"),
            new Details.PrunedLayer("/stage3/block/conv2/Conv", 128, 80, "Taylor, rounded to 16")),
        List.of(
            new Details.QuantizedLayer("/stem/conv/Conv", "Conv", 38.2, true),
            new Details.QuantizedLayer("/stage1/block/conv1/Conv", "Conv", 33.9, true),
            new Details.QuantizedLayer("/stage1/block/conv2/Conv", "Conv", 31.1, true),
            new Details.QuantizedLayer("/stage2/block/conv1/Conv", "Conv", 29.4, true),
            new Details.QuantizedLayer("/stage2/block/conv2/Conv", "Conv", 27.8, true),
            new Details.QuantizedLayer("/stage3/block/conv1/Conv", "Conv", 22.3, true),
            new Details.QuantizedLayer(
                "/stage3/block/conv2/Conv", "Conv", Double.POSITIVE_INFINITY, false),
            new Details.QuantizedLayer("/fc/Gemm", "Gemm", 30.6, true)),
        List.of(
            new Details.TrainingEpoch("fine-tune", 1, 0.412, 0.9148, 0.01, 45.1),
            new Details.TrainingEpoch("fine-tune", 2, 0.305, 0.9254, 0.005, 44.6),
            new Details.TrainingEpoch("fine-tune", 3, 0.261, 0.9318, 0.0005, 45.0)));
  }

  private static Lineage lineage() {
    var versions = new LinkedHashMap<String, String>();
    versions.put("Model Compression Operator", "0.1.0");
    versions.put("ONNX Runtime", "1.29.0");
    versions.put("libtorch", "2.10.0");
    versions.put("Java", "17.0.17");
    return new Lineage(
        "7c1e22f09a",
        new Lineage.Artifact("resnet8.onnx", "file:///models/resnet8.onnx", DIGEST, 1244712),
        List.of(
            new Lineage.DatasetUse(
                "training", "file:///data/train.npz", DIGEST.replace('1', 'b'), 20_000),
            new Lineage.DatasetUse(
                "calibration", "file:///data/train.npz", DIGEST.replace('1', 'b'), 512),
            new Lineage.DatasetUse(
                "evaluation", "file:///data/test.npz", DIGEST.replace('1', 'c'), 10_000)),
        List.of(
            new Lineage.Artifact(
                "model.onnx",
                "file:///workspace/fashion-resnet/model.onnx",
                digest("quantize2"),
                140_288)),
        7,
        SPEC,
        "mc run -f examples/fashion-mnist/compression.yaml",
        versions,
        new Lineage.Machine(
            "AMD EPYC 9965",
            2,
            List.of("avx2", "fma", "avx512f", "avx512_vnni"),
            17_179_869_184L,
            "Linux 6.1"),
        new Lineage.Method(1, 1, 2000, 2000, 0.9),
        Instant.parse("2026-11-22T08:00:00Z"),
        Instant.parse("2026-11-22T08:06:12Z"));
  }

  private static String digest(String content) {
    return "sha256:%064x".formatted(content.hashCode());
  }

  private static JsonNode json(String text) {
    try {
      return new ObjectMapper().readTree(text);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
