package dev.modelcompression.runtime.profile;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.modelcompression.data.Dataset;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.runtime.TemporaryFolder;
import dev.modelcompression.runtime.session.OrtModels;
import dev.modelcompression.runtime.session.SessionSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Where ONNX Runtime spends time and memory, by its own measurement.
 *
 * @param nodes what was executed, longest first; ONNX Runtime fuses nodes, so these are not the
 *     nodes of the file
 * @param peakActivationBytes the most that the CPU arena held in use at once
 * @param runs inferences measured; the first one, which warms up, is not among them
 */
public record Profile(List<NodeTime> nodes, long peakActivationBytes, int runs) {
  /** More runs make profiles of tens of megabytes. */
  public static final int MAX_RUNS = 10;

  /** Room that a profile may need. */
  private static final long PROFILE_BYTES = 16L << 20;

  private static final String KERNEL_TIME = "_kernel_time";

  /**
   * Time of one executed node.
   *
   * @param name node name after ONNX Runtime's fusions
   * @param opType executed operator, such as {@code FusedConv} or {@code QLinearConv}
   * @param micros median over the runs of its time in one inference, in microseconds
   */
  public record NodeTime(String name, String opType, double micros) {}

  /**
   * Profiles a model.
   *
   * @param batch rows per inference
   * @param runs inferences to measure, 1 to {@link #MAX_RUNS}
   */
  public static Profile of(Model model, Dataset data, int batch, int threads, int runs) {
    if (runs < 1 || runs > MAX_RUNS) {
      throw new IllegalArgumentException(
          "profile runs: found " + runs + ", allowed: 1 to " + MAX_RUNS);
    }
    try (var folder = new TemporaryFolder()) {
      var file = record(model, data, batch, threads, runs, folder);
      try {
        return parse(file);
      } catch (IOException e) {
        // ONNX Runtime says nothing of a profile that it could write only in part.
        folder.requireRoom(PROFILE_BYTES);
        throw new UncheckedIOException("cannot read ONNX Runtime's profile", e);
      }
    }
  }

  /** Time of one inference spent in nodes, in microseconds. */
  public double totalMicros() {
    return nodes.stream().mapToDouble(NodeTime::micros).sum();
  }

  /** Microseconds of one inference by executed operator, longest first. */
  public Map<String, Double> microsByOperator() {
    var sums = new TreeMap<String, Double>();
    nodes.forEach(node -> sums.merge(node.opType(), node.micros(), Double::sum));
    var sorted = new LinkedHashMap<String, Double>();
    sums.entrySet().stream()
        .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
        .forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
    return sorted;
  }

  private static Path record(
      Model model, Dataset data, int batch, int threads, int runs, TemporaryFolder folder) {
    var settings = SessionSettings.threads(threads).withProfile(folder.file("profile"));
    try (var ort = OrtModels.open(named(model), settings);
        var runner = ort.runner(data, batch, ort.outputs())) {
      runner.load(IntStream.range(0, Math.min(runner.batch(), data.size())).toArray());
      for (int i = 0; i <= runs; i++) {
        runner.execute();
      }
      return ort.endProfiling();
    }
  }

  /** The model with a name for every node, so that the profile can tell them apart. */
  private static Model named(Model model) {
    var copy = model.copy();
    copy.graph().nodes().forEach(node -> node.setName(node.label()));
    return copy;
  }

  private static Profile parse(Path file) throws IOException {
    var events = new ObjectMapper().readTree(file.toFile());
    var starts = new ArrayList<Long>();
    for (JsonNode event : events) {
      if (event.path("name").asText().equals("model_run")) {
        starts.add(event.path("ts").asLong());
      }
    }
    starts.sort(Comparator.naturalOrder());
    int runs = starts.size() - 1;
    if (runs < 1) {
      throw new IOException(file + " holds no runs");
    }
    var micros = new LinkedHashMap<String, double[]>();
    var operators = new LinkedHashMap<String, String>();
    long peak = 0;
    for (JsonNode event : events) {
      String name = event.path("name").asText();
      if (!event.path("cat").asText().equals("Node") || !name.endsWith(KERNEL_TIME)) {
        continue;
      }
      var args = event.path("args");
      peak = Math.max(peak, args.path("mem_in_use_peak").asLong());
      long time = event.path("ts").asLong();
      int run = (int) starts.stream().filter(start -> start <= time).count() - 2;
      if (run >= 0) {
        String node = name.substring(0, name.length() - KERNEL_TIME.length());
        micros.computeIfAbsent(node, key -> new double[runs])[run] += event.path("dur").asDouble();
        operators.put(node, args.path("op_name").asText());
      }
    }
    var nodes = new ArrayList<NodeTime>();
    micros.forEach(
        (node, times) ->
            nodes.add(new NodeTime(node, operators.getOrDefault(node, ""), median(times))));
    nodes.sort(Comparator.comparingDouble(NodeTime::micros).reversed());
    return new Profile(List.copyOf(nodes), peak, runs);
  }

  private static double median(double[] values) {
    var sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
