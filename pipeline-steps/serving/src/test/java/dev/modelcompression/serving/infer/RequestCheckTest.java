package dev.modelcompression.serving.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelcompression.runtime.serve.ElementType;
import dev.modelcompression.runtime.serve.TensorData;
import dev.modelcompression.runtime.serve.TensorSpec;
import dev.modelcompression.serving.infer.InferRequest.WantedOutput;
import java.util.List;
import org.junit.jupiter.api.Test;

class RequestCheckTest {
  private final RequestCheck check =
      new RequestCheck(
          List.of(
              new TensorSpec("x", ElementType.FP32, List.of(-1L, 2L)),
              new TensorSpec("index", ElementType.INT64, List.of(-1L))),
          List.of(new TensorSpec("y", ElementType.FP32, List.of(-1L))));

  private final TensorData x = Tensors.floats("x", new long[] {1, 2}, 1, 2);
  private final TensorData index = Tensors.longs("index", new long[] {1}, 3);

  @Test
  void tensorsComeInTheModelsOrder() {
    assertThat(check.inputs(Tensors.request(index, x)))
        .extracting(TensorData::name)
        .containsExactly("x", "index");
  }

  @Test
  void whatDoesNotFitIsNamed() {
    refused("input 'index' is missing; the model takes 'x' (FP32 [-1, 2])", x);
    refused("input 'x' is there twice", x, x, index);
    refused("input 'z' is none of the model's", x, index, Tensors.longs("z", new long[] {1}, 3));
    refused(
        "input 'x' has datatype INT64, expected FP32",
        Tensors.longs("x", new long[] {1, 2}, 1, 2),
        index);
  }

  @Test
  void shapesAndSizesAreHeldAgainstTheModelAndTheData() {
    refused("input 'x' has shape [1, 3], expected [-1, 2]", floats(new long[] {1, 3}, 3), index);
    refused("input 'x' has shape [2], expected [-1, 2]", floats(new long[] {2}, 2), index);
    refused("input 'x' has shape [0, 2], expected [-1, 2]", floats(new long[] {0, 2}, 0), index);
    refused("input 'x' has shape [-1, 2], expected [-1, 2]", floats(new long[] {-1, 2}, 2), index);
    refused(
        "input 'x' has 3 elements of FP32 in 12 bytes, but its shape [2, 2] needs 16 bytes",
        floats(new long[] {2, 2}, 3),
        index);
    refused(
        "which is larger than any memory", floats(new long[] {Long.MAX_VALUE / 2, 2}, 2), index);
  }

  @Test
  void unknownOutputsAreRefused() {
    assertThatThrownBy(
            () ->
                check.inputs(
                    new InferRequest("", List.of(x, index), List.of(new WantedOutput("z", false)))))
        .hasMessage("output 'z' is none of the model's, which gives y");
  }

  private static TensorData floats(long[] shape, int count) {
    return Tensors.floats("x", shape, new float[count]);
  }

  private void refused(String message, TensorData... inputs) {
    assertThatThrownBy(() -> check.inputs(Tensors.request(inputs)))
        .isInstanceOf(RequestException.class)
        .hasMessageContaining(message);
  }
}
