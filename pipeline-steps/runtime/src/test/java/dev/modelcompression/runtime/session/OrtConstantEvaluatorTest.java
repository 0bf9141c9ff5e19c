package dev.modelcompression.runtime.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.onnx.DataType;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.runtime.Models;
import java.util.List;
import org.junit.jupiter.api.Test;

class OrtConstantEvaluatorTest {
  private final OrtConstantEvaluator evaluator = new OrtConstantEvaluator();

  @Test
  void wholeNumbersKeepTheirType() {
    var concat = Node.of("Concat", "c", List.of("a", "b"), List.of("out"));
    concat.setAttribute("axis", 0L);
    assertThat(evaluate(concat, Tensor.vector(7L), Tensor.vector(8L, 9L)))
        .singleElement()
        .satisfies(
            tensor -> {
              assertThat(tensor.type()).isEqualTo(DataType.INT64);
              assertThat(tensor.shape()).containsExactly(3);
              assertThat(tensor.longs()).containsExactly(7, 8, 9);
            });
    var equal = Node.of("Equal", "e", List.of("a", "b"), List.of("out"));
    assertThat(evaluate(equal, Tensor.vector(1L, 2L), Tensor.vector(1L, 3L)))
        .singleElement()
        .satisfies(
            tensor -> {
              assertThat(tensor.type()).isEqualTo(DataType.BOOL);
              assertThat(tensor.longs()).containsExactly(1, 0);
            });
  }

  @Test
  void optionalInputsAndSeveralOutputsKeepTheirPlace() {
    var clip = Node.of("Clip", "c", List.of("x", "", "max"), List.of("out"));
    assertThat(
            evaluate(clip, Tensor.vector(-5f, 5f), Tensor.vector(new float[0]), Tensor.scalar(2)))
        .singleElement()
        .satisfies(tensor -> assertThat(tensor.floats()).containsExactly(-5, 2));
    var split = Node.of("Split", "s", List.of("x", "sizes"), List.of("first", "second"));
    var halves = evaluate(split, Tensor.vector(1f, 2f, 3f), Tensor.vector(1L, 2L));
    assertThat(halves.get(0).floats()).containsExactly(1);
    assertThat(halves.get(1).floats()).containsExactly(2, 3);
  }

  @Test
  void whatCannotBeComputedIsLeftAlone() {
    var model = Models.reluPlusOne(-1);
    var unknown = Node.of("com.example", "Magic", "m", List.of("x"), List.of("out"));
    assertThat(evaluator.evaluate(model, unknown, List.of(Tensor.scalar(1)))).isEmpty();
    var mismatch = Node.of("Add", "a", List.of("x", "y"), List.of("out"));
    assertThat(
            evaluator.evaluate(
                model, mismatch, List.of(Tensor.vector(1f, 2f), Tensor.vector(1f, 2f, 3f))))
        .isEmpty();
  }

  private List<Tensor> evaluate(Node node, Tensor... inputs) {
    return evaluator.evaluate(Models.reluPlusOne(-1), node, List.of(inputs)).orElseThrow();
  }
}
