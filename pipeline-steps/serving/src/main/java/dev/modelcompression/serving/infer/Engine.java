package dev.modelcompression.serving.infer;

import dev.modelcompression.data.InvalidDataException;
import dev.modelcompression.runtime.serve.BatchException;
import dev.modelcompression.runtime.serve.ElementType;
import dev.modelcompression.runtime.serve.ModelRunner;
import dev.modelcompression.runtime.serve.ServedModel;
import dev.modelcompression.runtime.serve.TensorData;
import dev.modelcompression.serving.infer.RequestException.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Answers requests with a model: a queue, and threads that take batches out of it.
 *
 * <p>Handing a request to another thread and its answer back costs more than a small model's run
 * where cores are busy. So a caller that may wait runs the request itself when the model is quick,
 * nobody waits, and no more runs are under way than are allowed.
 */
public final class Engine implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Engine.class);

  /** How long what runs may take to come to its end. */
  private static final Duration FAREWELL = Duration.ofSeconds(20);

  /** What a caller's thread may be kept from other connections for. */
  private static final long QUICK_NANOS = 2_000_000;

  /** A string in memory, beside its characters: itself, its array and who points to it. */
  private static final int STRING = 64;

  private final ServedModel model;
  private final RequestCheck check;
  private final BlockingQueue<ModelRunner> idle;
  private final boolean holdsBack;
  private final RequestQueue queue;
  private final List<Thread> threads = new ArrayList<>();
  private volatile int batchMax;

  /** Moving average of a row's run; threads may overwrite each other's part in it. */
  private volatile long rowNanos = QUICK_NANOS;

  /**
   * Starts.
   *
   * @param model closed with this
   * @param runs threads, each with one batch at a time
   * @param queueMax requests that may wait
   * @param batchMax rows that one run may have; 1 where the model takes no open batch
   * @param batchDelay how long a batch may be held back for more requests
   */
  public Engine(ServedModel model, int runs, int queueMax, int batchMax, Duration batchDelay) {
    this.model = model;
    this.batchMax = model.openBatch() ? batchMax : 1;
    this.check = new RequestCheck(model.inputs(), model.outputs());
    this.holdsBack = this.batchMax > 1 && !batchDelay.isZero();
    this.queue = new RequestQueue(queueMax, this.batchMax > 1 ? batchDelay : Duration.ZERO);
    this.idle = new ArrayBlockingQueue<>(runs);
    for (int i = 0; i < runs; i++) {
      idle.add(model.runner());
    }
    for (int i = 0; i < runs; i++) {
      var thread = new Thread(this::work, "run-" + i);
      threads.add(thread);
      thread.start();
    }
  }

  public ServedModel model() {
    return model;
  }

  /** Requests that wait. */
  public int waiting() {
    return queue.size();
  }

  /**
   * Takes a request in.
   *
   * @param memory what the request is charged to
   * @param receiver gets the answer
   * @param mayRun whether the caller may be kept for the time of a quick run
   * @throws RequestException it does not fit the model or the memory, or too many wait
   */
  public void submit(InferRequest request, MemoryShare memory, Receiver receiver, boolean mayRun) {
    var inputs = check.inputs(request);
    memory.take(strings(inputs));
    memory.queued();
    var waiting = new Waiting(inputs, System.nanoTime(), memory, receiver);
    if (mayRun && !holdsBack && waiting.rows() * rowNanos < QUICK_NANOS && queue.nobodyWaits()) {
      var runner = idle.poll();
      if (runner != null) {
        runWith(runner, List.of(waiting));
        return;
      }
    }
    if (!queue.offer(waiting)) {
      memory.done();
      throw new RequestException(
          Reason.OVERLOADED, "too many requests wait for the model; try again later");
    }
  }

  /** Answers what waits, then ends. */
  @Override
  public void close() {
    queue.close();
    try {
      for (Thread thread : threads) {
        thread.join(FAREWELL.toMillis());
      }
      for (int i = 0; i < threads.size(); i++) {
        if (idle.poll(FAREWELL.toMillis(), TimeUnit.MILLISECONDS) == null) {
          return; // still at work: the model must not be taken away
        }
      }
      model.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void work() {
    try {
      for (var batch = queue.take(batchMax); !batch.isEmpty(); batch = queue.take(batchMax)) {
        runWith(idle.take(), batch);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void runWith(ModelRunner runner, List<Waiting> batch) {
    try {
      answer(runner, batch);
    } finally {
      idle.add(runner);
    }
  }

  private void answer(ModelRunner runner, List<Waiting> batch) {
    long started = System.nanoTime();
    List<List<TensorData>> outputs;
    try {
      outputs = runner.run(batch.stream().map(Waiting::inputs).toList());
    } catch (BatchException e) {
      LOG.warnf("requests are no longer put into batches: %s", e.getMessage());
      batchMax = 1;
      oneByOne(runner, batch);
      return;
    } catch (RuntimeException | OutOfMemoryError e) {
      if (batch.size() > 1) {
        // One request must not fail because of another.
        oneByOne(runner, batch);
      } else {
        deliver(batch.get(0), receiver -> receiver.refused(failure(e)));
      }
      return;
    }
    long ran = System.nanoTime() - started;
    long rows = batch.stream().mapToLong(Waiting::rows).sum();
    learn(ran / rows);
    for (int i = 0; i < batch.size(); i++) {
      var waiting = batch.get(i);
      var answer = new Answer(outputs.get(i), rows, started - waiting.since(), ran);
      deliver(waiting, receiver -> receiver.answered(answer));
    }
  }

  /** A run that was interrupted for long by other work on the machine says little of the model. */
  private void learn(long nanosPerRow) {
    long before = rowNanos;
    rowNanos = before + (Math.min(nanosPerRow, 2 * before) - before) / 8;
  }

  /** What a run makes of strings, which ONNX Runtime takes as objects, beside their bytes. */
  private static long strings(List<TensorData> inputs) {
    long bytes = 0;
    for (TensorData input : inputs) {
      if (input.type() == ElementType.BYTES) {
        int length = input.data().remaining();
        long most = length / Integer.BYTES;
        long count = 1;
        for (long dim : input.shape()) {
          count = Math.min(most, count * Math.min(most, dim));
        }
        bytes += length + count * STRING;
      }
    }
    return bytes;
  }

  /** Whoever asked may be gone, which is no concern of the others. */
  private static void deliver(Waiting waiting, Consumer<Receiver> what) {
    waiting.memory().done();
    try {
      what.accept(waiting.receiver());
    } catch (RuntimeException e) {
      LOG.debug("an answer could not be given", e);
    }
  }

  private void oneByOne(ModelRunner runner, List<Waiting> batch) {
    batch.forEach(waiting -> answer(runner, List.of(waiting)));
  }

  private static RequestException failure(Throwable e) {
    if (e instanceof InvalidDataException) {
      return new RequestException(Reason.INVALID, String.valueOf(e.getMessage()));
    }
    LOG.errorf(e, "a run failed");
    return new RequestException(Reason.FAILED, "running the model failed: " + e.getMessage());
  }

  /** For tests and for metrics: rows that one run may have now. */
  public int batchMax() {
    return batchMax;
  }
}
