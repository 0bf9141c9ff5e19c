package dev.modelcompression.serving.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelcompression.data.ModelFiles;
import dev.modelcompression.onnx.DataType;
import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.onnx.ValueInfo;
import dev.modelcompression.runtime.serve.ElementType;
import dev.modelcompression.runtime.serve.ServedModel;
import dev.modelcompression.runtime.serve.TensorData;
import dev.modelcompression.runtime.session.SessionSettings;
import dev.modelcompression.serving.infer.RequestException.Reason;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With real runs of small models; a batch that is not full waits so long that it must be full. */
class EngineTest {
  private static final Duration LONG = Duration.ofMinutes(10);

  @TempDir Path folder;

  private final MemoryBudget memory = new MemoryBudget(1 << 20);

  @Test
  void requestsOfDifferentSizesShareARunAndGetTheirOwnRows() throws Exception {
    try (var engine = new Engine(timesTen(-1), 1, 10, 4, LONG)) {
      var one = submit(engine, Tensors.floats("x", new long[] {1, 2}, 1, 2));
      var two = submit(engine, Tensors.floats("x", new long[] {2, 2}, 3, 4, 5, 6));
      var three = submit(engine, Tensors.floats("x", new long[] {1, 2}, 7, 8));

      assertThat(one.get().batchRows()).isEqualTo(4);
      assertThat(two.get().outputs().get(0).shape()).containsExactly(2, 2);
      assertThat(Tensors.floats(one.get().outputs().get(0))).containsExactly(10, 20);
      assertThat(Tensors.floats(two.get().outputs().get(0))).containsExactly(30, 40, 50, 60);
      assertThat(Tensors.floats(three.get().outputs().get(0))).containsExactly(70, 80);
    }
  }

  @Test
  void aFixedBatchIsNeverStackedAndNeverHeldBack() throws Exception {
    try (var engine = new Engine(timesTen(1), 1, 10, 4, LONG)) {
      var answer = submit(engine, Tensors.floats("x", new long[] {1, 2}, 1, 2)).get();

      assertThat(answer.batchRows()).isEqualTo(1);
      assertThat(engine.batchMax()).isEqualTo(1);
    }
  }

  @Test
  void oneBadRequestDoesNotFailTheOthersOfItsBatch() throws Exception {
    try (var engine = new Engine(lookup(), 1, 10, 3, LONG)) {
      var good = submit(engine, Tensors.longs("index", new long[] {1}, 2));
      var bad = submit(engine, Tensors.longs("index", new long[] {1}, 99));
      var alsoGood = submit(engine, Tensors.longs("index", new long[] {1}, 0));

      assertThat(Tensors.floats(good.get().outputs().get(0))).containsExactly(30);
      assertThat(Tensors.floats(alsoGood.get().outputs().get(0))).containsExactly(10);
      assertThatThrownBy(bad::get)
          .cause()
          .isInstanceOfSatisfying(
              RequestException.class, e -> assertThat(e.reason()).isEqualTo(Reason.INVALID));
    }
  }

  @Test
  void aModelThatMixesItsRowsIsFoundOutAndServedOneByOne() throws Exception {
    try (var engine = new Engine(distinctRows(), 1, 10, 2, LONG)) {
      var one = submit(engine, Tensors.floats("x", new long[] {1, 2}, 1, 2));
      var two = submit(engine, Tensors.floats("x", new long[] {1, 2}, 1, 2));

      assertThat(Tensors.floats(one.get().outputs().get(0))).containsExactly(1, 2);
      assertThat(Tensors.floats(two.get().outputs().get(0))).containsExactly(1, 2);
      assertThat(engine.batchMax()).isEqualTo(1);
    }
  }

  @Test
  void moreThanTheQueueHoldsIsRefusedAtOnceAndWhatWaitsIsAnsweredAtTheEnd() throws Exception {
    Answers waiting;
    try (var engine = new Engine(timesTen(-1), 1, 1, 8, LONG)) {
      waiting = submit(engine, Tensors.floats("x", new long[] {1, 2}, 1, 2));

      assertThatThrownBy(() -> submit(engine, Tensors.floats("x", new long[] {1, 2}, 3, 4)))
          .isInstanceOfSatisfying(
              RequestException.class, e -> assertThat(e.reason()).isEqualTo(Reason.OVERLOADED));
      assertThat(engine.waiting()).isEqualTo(1);
    }
    assertThat(Tensors.floats(waiting.get().outputs().get(0))).containsExactly(10, 20);
  }

  @Test
  void aCallerThatMayRunGetsTheAnswerAtOnceOnceTheModelIsKnownToBeQuick() throws Exception {
    try (var engine = new Engine(timesTen(-1), 1, 10, 4, Duration.ZERO)) {
      var x = Tensors.floats("x", new long[] {1, 2}, 1, 2);
      Thread[] thread = {null};
      // Other work on the machine may make some runs look slow.
      while (thread[0] != Thread.currentThread()) {
        var answers = new Answers();
        engine.submit(
            Tensors.request(x),
            new MemoryBudget(0).share(),
            new Receiver() {
              @Override
              public void answered(Answer answer) {
                thread[0] = Thread.currentThread();
                answers.answered(answer);
              }

              @Override
              public void refused(RequestException reason) {
                answers.refused(reason);
              }
            },
            true);
        assertThat(Tensors.floats(answers.get().outputs().get(0))).containsExactly(10, 20);
      }
    }
  }

  private Answers submit(Engine engine, TensorData x) {
    var answers = new Answers();
    engine.submit(Tensors.request(x), memory.share(), answers, false);
    return answers;
  }

  @Test
  void stringsAreChargedAsTheObjectsTheyBecomeUntilTheRunIsOver() throws Exception {
    var strings = ByteBuffer.allocate(1000 * Integer.BYTES);
    var x = new TensorData("x", ElementType.BYTES, new long[] {1000}, strings);
    Answers waiting;
    try (var engine = new Engine(strings(), 1, 10, 4096, LONG)) {
      waiting = submit(engine, x);
      assertThat(memory.left()).isLessThanOrEqualTo((1 << 20) - 1000 * 64);
      assertThatThrownBy(() -> engine.submit(Tensors.request(x), tight(), waiting, false))
          .isInstanceOfSatisfying(
              RequestException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_LARGE));
    }
    assertThat(waiting.get().outputs().get(0).shape()).containsExactly(1000);
  }

  private static MemoryShare tight() {
    return new MemoryBudget(1000 * 32).share();
  }

  private ServedModel strings() {
    var graph = new Graph("strings");
    graph.addInput(ValueInfo.tensor("x", DataType.STRING, -1));
    graph.add(Node.of("Identity", "same", List.of("x"), List.of("y")));
    graph.addOutput(ValueInfo.tensor("y", DataType.STRING, -1));
    return open(graph);
  }

  private ServedModel timesTen(long batch) {
    var graph = new Graph("times-ten");
    graph.addInput(ValueInfo.tensor("x", DataType.FLOAT, batch, 2));
    graph.setInitializer("ten", Tensor.scalar(10));
    graph.add(Node.of("Mul", "mul", List.of("x", "ten"), List.of("y")));
    graph.addOutput(ValueInfo.tensor("y", DataType.FLOAT, batch, 2));
    return open(graph);
  }

  private ServedModel lookup() {
    var graph = new Graph("lookup");
    graph.addInput(ValueInfo.tensor("index", DataType.INT64, -1));
    graph.setInitializer("table", Tensor.vector(10f, 20f, 30f));
    graph.add(Node.of("Gather", "gather", List.of("table", "index"), List.of("y")));
    graph.addOutput(ValueInfo.tensor("y", DataType.FLOAT, -1));
    return open(graph);
  }

  private ServedModel distinctRows() {
    var graph = new Graph("distinct-rows");
    graph.addInput(ValueInfo.tensor("x", DataType.FLOAT, -1, 2));
    var unique = Node.of("Unique", "unique", List.of("x"), List.of("y"));
    unique.setAttribute("axis", 0L);
    graph.add(unique);
    graph.addOutput(ValueInfo.tensor("y", DataType.FLOAT, -1, 2));
    return open(graph);
  }

  private ServedModel open(Graph graph) {
    Path file = folder.resolve(graph.name() + ".onnx");
    ModelFiles.save(new Model(graph, 8, 17), file);
    return ServedModel.open(file, SessionSettings.threads(1));
  }
}
