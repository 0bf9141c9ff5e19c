package dev.modelcompression.runtime.calibrate;

import dev.modelcompression.data.Dataset;
import dev.modelcompression.data.InvalidDataException;
import dev.modelcompression.data.Progress;
import dev.modelcompression.data.ThrownElsewhere;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.ValueInfo;
import dev.modelcompression.passes.quantize.Range;
import dev.modelcompression.runtime.session.BatchRunner;
import dev.modelcompression.runtime.session.OrtModels;
import dev.modelcompression.runtime.session.SessionSettings;
import dev.modelcompression.runtime.session.SessionSettings.Optimization;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Runs a model once over a data set and collects what its values are.
 *
 * <p>Activations live for one batch only: memory is that of one batch plus one {@link Histogram}
 * per value, however many samples there are. The result depends on the samples alone, not on batch
 * or threads, except for the rounding of ONNX Runtime's own kernels.
 */
public final class Calibration {
  private Calibration() {}

  /**
   * Finds the ranges of the given values of the main graph: inputs, outputs or intermediates of
   * type FLOAT.
   *
   * @throws InvalidDataException the data does not fit the model, or makes a value infinite or not
   *     a number
   * @throws IllegalArgumentException the graph has no such value
   */
  public static CalibrationResult run(
      Model model,
      Set<String> values,
      Dataset data,
      CalibrationSettings settings,
      Progress progress) {
    var histograms = new LinkedHashMap<String, Histogram>();
    values.forEach(value -> histograms.put(value, new Histogram()));
    sweep(model, observers(histograms, histogram -> histogram::add), data, settings, progress);
    return new CalibrationResult(
        ranges(histograms, settings.calibrator()), Collections.unmodifiableMap(histograms));
  }

  /**
   * Finds the ranges from the smallest to the largest number, as {@link #run} does with {@link
   * Calibrator#minMax()}, in less time: nothing is counted.
   *
   * @throws InvalidDataException as {@link #run}
   * @throws IllegalArgumentException as {@link #run}
   */
  public static Map<String, Range> minMax(
      Model model, Set<String> values, Dataset data, int batch, int threads, Progress progress) {
    var extremes = new LinkedHashMap<String, Extremes>();
    values.forEach(value -> extremes.put(value, new Extremes()));
    var settings = new CalibrationSettings(Calibrator.minMax(), batch, threads);
    sweep(model, observers(extremes, each -> each::add), data, settings, progress);
    var ranges = new LinkedHashMap<String, Range>();
    extremes.forEach((value, each) -> ranges.put(value, new Range(each.min(), each.max())));
    return Collections.unmodifiableMap(ranges);
  }

  private static <T> Map<String, Consumer<FloatBuffer>> observers(
      Map<String, T> collectors, Function<T, Consumer<FloatBuffer>> adder) {
    var observers = new LinkedHashMap<String, Consumer<FloatBuffer>>();
    collectors.forEach((value, collector) -> observers.put(value, adder.apply(collector)));
    return observers;
  }

  private static void sweep(
      Model model,
      Map<String, Consumer<FloatBuffer>> observers,
      Dataset data,
      CalibrationSettings settings,
      Progress progress) {
    var observed = observable(model, observers.keySet());
    var computed =
        observers.keySet().stream().filter(value -> !model.graph().isInput(value)).toList();
    var session = SessionSettings.threads(settings.threads()).with(Optimization.ALL);
    var workers = Executors.newFixedThreadPool(settings.threads());
    try (var ort = OrtModels.open(observed, session);
        var runner = ort.runner(data, settings.batch(), computed)) {
      for (int from = 0; from < data.size(); from += runner.batch()) {
        int to = Math.min(from + runner.batch(), data.size());
        runner.run(IntStream.range(from, to).toArray());
        collect(model, runner, observers, workers);
        progress.update(to, data.size(), "calibrate");
      }
    } finally {
      workers.shutdown();
    }
  }

  private static Map<String, Range> ranges(
      Map<String, Histogram> histograms, Calibrator calibrator) {
    var ranges = new LinkedHashMap<String, Range>();
    histograms.forEach((value, histogram) -> ranges.put(value, calibrator.range(histogram)));
    return Collections.unmodifiableMap(ranges);
  }

  /** A copy of the model that gives the values as outputs. */
  private static Model observable(Model model, Set<String> values) {
    var copy = model.copy();
    var graph = copy.graph();
    for (String value : values) {
      if (graph.isInput(value) || graph.isOutput(value)) {
        continue;
      }
      if (graph.producer(value).isEmpty()) {
        throw new IllegalArgumentException("the graph computes no value '" + value + "'");
      }
      graph.addOutput(ValueInfo.untyped(value));
    }
    return copy;
  }

  private static void collect(
      Model model,
      BatchRunner runner,
      Map<String, Consumer<FloatBuffer>> observers,
      ExecutorService workers) {
    List<Callable<String>> tasks = new ArrayList<>();
    observers.forEach(
        (value, observer) ->
            tasks.add(
                () -> {
                  add(model, runner, value, observer);
                  return value;
                }));
    try {
      for (Future<String> task : workers.invokeAll(tasks)) {
        task.get();
      }
    } catch (ExecutionException e) {
      throw ThrownElsewhere.in(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted during calibration", e);
    }
  }

  private static void add(
      Model model, BatchRunner runner, String value, Consumer<FloatBuffer> observer) {
    try {
      observer.accept(model.graph().isInput(value) ? runner.input(value) : runner.values(value));
    } catch (InvalidDataException e) {
      throw new InvalidDataException(
          "value '"
              + value
              + "' of the model, computed from the calibration data: "
              + e.getMessage(),
          e);
    }
  }
}
