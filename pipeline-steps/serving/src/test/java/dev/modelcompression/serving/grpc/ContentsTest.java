package dev.modelcompression.serving.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.modelcompression.runtime.serve.ElementType;
import dev.modelcompression.runtime.serve.TensorData;
import dev.modelcompression.serving.grpc.proto.InferTensorContents;
import dev.modelcompression.serving.infer.RequestException;
import org.junit.jupiter.api.Test;

class ContentsTest {
  @Test
  void everyTypeIsTheSameThereAndBack() {
    same(ElementType.BOOL, contents().addBoolContents(true).addBoolContents(false));
    same(ElementType.INT8, contents().addIntContents(-128).addIntContents(127));
    same(ElementType.INT16, contents().addIntContents(-32768).addIntContents(32767));
    same(ElementType.INT32, contents().addIntContents(Integer.MIN_VALUE).addIntContents(7));
    same(ElementType.INT64, contents().addInt64Contents(Long.MIN_VALUE).addInt64Contents(7));
    same(ElementType.UINT8, contents().addUintContents(0).addUintContents(255));
    same(ElementType.FP32, contents().addFp32Contents(-0f).addFp32Contents(Float.MIN_VALUE));
    same(ElementType.FP64, contents().addFp64Contents(-0d).addFp64Contents(Double.MAX_VALUE));
    same(
        ElementType.BYTES,
        contents()
            .addBytesContents(ByteString.EMPTY)
            .addBytesContents(ByteString.copyFromUtf8("é")));
  }

  @Test
  void whatItsTypeCannotHoldIsRefused() {
    refused(ElementType.INT8, contents().addIntContents(128), "128 is no INT8");
    refused(ElementType.INT16, contents().addIntContents(-32769), "-32769 is no INT16");
    refused(ElementType.UINT8, contents().addUintContents(256), "256 is no UINT8");
    refused(ElementType.FP16, contents(), "elements of FP16 must be in raw_input_contents");
  }

  private static InferTensorContents.Builder contents() {
    return InferTensorContents.newBuilder();
  }

  private static void same(ElementType type, InferTensorContents.Builder builder) {
    var contents = builder.build();
    var data = Contents.read("x", type, contents);
    assertThat(Contents.write(new TensorData("x", type, new long[] {2}, data)))
        .as(type.name())
        .isEqualTo(contents);
  }

  private static void refused(
      ElementType type, InferTensorContents.Builder contents, String message) {
    assertThatThrownBy(() -> Contents.read("x", type, contents.build()))
        .isInstanceOf(RequestException.class)
        .hasMessageContaining(message);
  }
}
