package dev.modelcompression.training;

import static org.bytedeco.pytorch.global.torch.set_num_threads;

import com.sun.management.OperatingSystemMXBean;
import dev.modelcompression.data.ModelFiles;
import dev.modelcompression.data.NpzDataset;
import dev.modelcompression.training.autograd.LogitsValue;
import dev.modelcompression.training.autograd.NativeScope;
import dev.modelcompression.training.autograd.TorchGraph;
import dev.modelcompression.training.batch.Batches;
import dev.modelcompression.training.batch.RowOrder;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * Times training steps: {@code StepBenchmark MODEL.onnx DATA.npz BATCH THREADS STEPS}. Prints the
 * medians of wall and of processor time in milliseconds. A step is what {@link Trainer} does for
 * one batch: load rows, forward, loss, backward, update.
 */
final class StepBenchmark {
  private static final int WARMUP_STEPS = 15;

  private StepBenchmark() {}

  public static void main(String[] arguments) {
    var model = ModelFiles.load(Path.of(arguments[0]));
    var data = NpzDataset.load(Path.of(arguments[1]));
    int batchSize = Integer.parseInt(arguments[2]);
    int threads = Integer.parseInt(arguments[3]);
    int steps = Integer.parseInt(arguments[4]);
    set_num_threads(threads);
    var settings = FineTuneSettings.builder().batchSize(batchSize).threads(threads).build();
    var graph = new TorchGraph(model, LogitsValue.of(model.graph()).name());
    var batches = new Batches(model.graph(), data, batchSize, Augmentation.NONE);
    var objective = new Objective(0, Optional.empty(), false);
    var learner = new Learner(graph, settings);
    var order = RowOrder.ofEpoch(data.size(), 1, 1);
    var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    var wall = new double[steps];
    var processor = new double[steps];
    for (int step = -WARMUP_STEPS; step < steps; step++) {
      int from = (step + WARMUP_STEPS) * batchSize % (data.size() - batchSize);
      var rows = Arrays.copyOfRange(order, from, from + batchSize);
      long number = step + WARMUP_STEPS + 1L;
      long started = System.nanoTime();
      long processorBefore = system.getProcessCpuTime();
      NativeScope.run(
          () -> {
            var batch = batches.load(rows);
            var loss = objective.of(graph.forward(batch.inputs(), true), batch);
            if (!Double.isFinite(loss.item_double())) {
              throw new IllegalStateException("diverged");
            }
            learner.learn(loss, 0.01, number);
          });
      if (step >= 0) {
        wall[step] = (System.nanoTime() - started) / 1e6;
        processor[step] = (system.getProcessCpuTime() - processorBefore) / 1e6;
      }
    }
    Arrays.sort(wall);
    Arrays.sort(processor);
    System.out.println(wall[steps / 2] + " " + processor[steps / 2]);
  }
}
