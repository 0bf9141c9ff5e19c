package dev.modelcompression.serving.rest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.modelcompression.runtime.serve.ElementType;
import dev.modelcompression.runtime.serve.TensorData;
import dev.modelcompression.serving.infer.MemoryBudget;
import dev.modelcompression.serving.infer.RequestException;
import dev.modelcompression.serving.infer.RequestException.Reason;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestReaderTest {
  @Test
  void fieldsMayComeInAnyOrderAndDataMayBeNested() {
    var flat = input("{'name':'x','datatype':'FP32','shape':[2,2],'data':[1,2.5,-3,4e1]}");
    var first = input("{'data':[1,2.5,-3,4e1],'shape':[2,2],'datatype':'FP32','name':'x'}");
    var nested =
        input("{'name':'x','datatype':'FP32','data':[[1,2.5],[-3,4e1]],'shape':[2,2],'other':{}}");

    for (TensorData tensor : List.of(flat, first, nested)) {
      assertThat(tensor.shape()).containsExactly(2, 2);
      var data = tensor.data().asFloatBuffer();
      assertThat(new float[] {data.get(), data.get(), data.get(), data.get()})
          .containsExactly(1, 2.5f, -3, 40);
      assertThat(data.hasRemaining()).isFalse();
    }
  }

  @Property(tries = 300)
  void everyFiniteNumberIsReadAsJavaReadsIt(@ForAll List<Float> values) throws Exception {
    var finite = values.stream().filter(Float::isFinite).toList();
    var json = new ObjectMapper().writeValueAsString(finite);
    var data =
        input(
                "{'name':'x','datatype':'FP32','shape':[%d],'data':%s}"
                    .formatted(finite.size(), json))
            .data();

    for (Float value : finite) {
      assertThat(Float.floatToRawIntBits(data.getFloat()))
          .isEqualTo(Float.floatToRawIntBits(value));
    }
  }

  @Test
  void everyTypeKeepsItsEnds() {
    assertThat(longs("INT64", "[-9223372036854775808,9223372036854775807]"))
        .containsExactly(Long.MIN_VALUE, Long.MAX_VALUE);
    assertThat(bytes("INT8", "[-128,127]")).containsExactly(-128, 127);
    assertThat(bytes("UINT8", "[0,255]")).containsExactly(0, -1);
    assertThat(bytes("BOOL", "[true,false,1,0]")).containsExactly(1, 0, 1, 0);
    assertThat(bytes("INT16", "[-32768]")).containsExactly(0, -128);
    assertThat(bytes("INT32", "[2147483647]")).containsExactly(-1, -1, -1, 127);
    assertThat(bytes("BYTES", "['é']")).containsExactly(2, 0, 0, 0, (byte) 0xc3, (byte) 0xa9);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "INT8   | [128]        | element 0 is 128, expected an integer of INT8",
        "UINT8  | [0,-1]       | element 1 is -1, expected an integer of UINT8",
        "INT32  | [1.5]        | element 0 is 1.5, expected an integer of INT32",
        "INT64  | [1e3]        | expected an integer of INT64",
        "INT64  | [9223372036854775808] | expected an integer of INT64",
        "FP32   | [1,'a']      | element 1 is a, expected a number",
        "FP32   | [1e39]       | expected a number of FP32",
        "FP32   | [null]       | expected a number",
        "FP64   | [1e999]      | expected a number of FP64",
        "BOOL   | [2]          | expected an integer of BOOL",
        "BYTES  | [1]          | element 0 is 1, expected a string",
        "FP32   | 1            | data is not an array",
        "FP32   | [1           | the body is not JSON",
        "FP16   | [1]          | elements of FP16 cannot be in JSON; send them as binary data",
        "FLOAT  | [1]          | input 'x' has unknown datatype 'FLOAT'",
      })
  void wrongElementsAreNamed(String type, String data, String message) {
    refused(
        "{'inputs':[{'name':'x','datatype':'%s','shape':[1],'data':%s}]}".formatted(type, data),
        message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[]                                | the body is not a JSON object",
        "{}                                | 'inputs' is missing",
        "{'inputs':{}}                     | 'inputs' is not an array",
        "{'inputs':[1]}                    | 'inputs' has something else than an object",
        "{'inputs':[{}]}                   | input has no 'name'",
        "{'inputs':[{'name':'x'}]}         | input 'x' has no 'datatype'",
        "{'inputs':[{'name':'x','datatype':'FP32'}]} | input 'x' has no 'shape'",
        "{'inputs':[{'name':'x','datatype':'FP32','shape':[1]}]} | input 'x' has no 'data'",
        "{'inputs':[{'name':'x','datatype':'FP32','shape':[1.5]}]} | something else than integers",
        "{'inputs':[]} {}                  | more follows the JSON object",
        "{'inputs':[],'id':7}              | the id is not a string",
        "{'inputs':[],'outputs':[{}]}      | an output has no 'name'",
        "{'inputs':[],'parameters':{'binary_data_output':1}} | binary_data_output is not true or",
        "{'inputs':[{'name':'x','datatype':'FP32','shape':[1],'parameters':{'binary_data_size':4}}]}"
            + " | has a binary_data_size of 4 bytes, but 0 are left",
      })
  void wrongRequestsAreNamed(String json, String message) {
    refused(json, message);
  }

  @Test
  void binaryDataIsTakenInTheOrderOfTheInputs() {
    byte[] json =
        """
        {"parameters":{"binary_data_output":true},
         "inputs":[
          {"name":"a","datatype":"FP32","shape":[1],"parameters":{"binary_data_size":4}},
          {"name":"b","datatype":"INT64","shape":[1],"data":[5]},
          {"name":"c","datatype":"FP16","shape":[1],"parameters":{"binary_data_size":2}}],
         "outputs":[{"name":"y"},{"name":"z","parameters":{"binary_data":false}}]}"""
            .getBytes(UTF_8);
    var body =
        ByteBuffer.allocate(json.length + 6)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(json)
            .putFloat(7)
            .putShort((short) 9);

    var request = read(body.array(), json.length).request();

    assertThat(request.inputs()).extracting(TensorData::name).containsExactly("a", "b", "c");
    assertThat(request.inputs().get(0).data().getFloat()).isEqualTo(7);
    assertThat(request.inputs().get(1).data().getLong()).isEqualTo(5);
    assertThat(request.inputs().get(2).data().getShort()).isEqualTo((short) 9);
    assertThat(request.inputs().get(2).type()).isEqualTo(ElementType.FP16);
    assertThat(request.outputs()).extracting("binary").containsExactly(true, false);
  }

  @Test
  void binaryDataThatNobodyAskedForIsRefused() {
    assertThatThrownBy(() -> read("{\"inputs\":[]}xyz".getBytes(UTF_8), 13))
        .isInstanceOf(RequestException.class)
        .hasMessage("3 bytes follow the JSON, but the inputs' binary_data_size add up to 0");
  }

  @Test
  void elementsAreChargedAsWhatTheyAreNotAsWhatTheyWereInJson() {
    int count = 10_000;
    byte[] body =
        "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"INT64\",\"shape\":[%d],\"data\":[%s0]}]}"
            .formatted(count, "0,".repeat(count - 1))
            .getBytes(UTF_8);
    var budget = new MemoryBudget(1 << 20);

    RequestReader.read(body, body.length, budget.share());

    assertThat((1 << 20) - budget.left()).isBetween(80_000L, 81_000L);
    assertThatThrownBy(
            () -> RequestReader.read(body, body.length, new MemoryBudget(60_000).share()))
        .isInstanceOfSatisfying(
            RequestException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_LARGE));
  }

  @Test
  void aShapeThatIsNotTrueIsChargedForWhatItMakes() {
    String lying = "{'name':'x','datatype':'INT64','shape':[99999999],'data':[]},";
    byte[] body = ("{'inputs':[" + lying.repeat(1000) + "]}").replace('\'', '"').getBytes(UTF_8);

    assertThatThrownBy(
            () -> RequestReader.read(body, body.length, new MemoryBudget(1 << 20).share()))
        .isInstanceOfSatisfying(
            RequestException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_LARGE));
  }

  @Test
  void aShapeOfManyDimensionsIsRefused() {
    refused(
        "{'inputs':[{'name':'x','datatype':'FP32','shape':[%s1],'data':[]}]}"
            .formatted("1,".repeat(64)),
        "a shape has more than 64 dimensions");
  }

  private static RequestReader.Read read(byte[] body, int jsonLength) {
    return RequestReader.read(body, jsonLength, new MemoryBudget(1 << 20).share());
  }

  private static void refused(String json, String message) {
    byte[] body = json.replace('\'', '"').getBytes(UTF_8);
    assertThatThrownBy(() -> read(body, body.length))
        .isInstanceOf(RequestException.class)
        .hasMessageContaining(message.strip());
  }

  private static byte[] bytes(String type, String data) {
    var buffer =
        input("{'name':'x','datatype':'%s','shape':[1],'data':%s}".formatted(type, data)).data();
    var bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  private static long[] longs(String type, String data) {
    var buffer =
        input("{'name':'x','datatype':'%s','shape':[1],'data':%s}".formatted(type, data)).data();
    var longs = new long[buffer.remaining() / Long.BYTES];
    buffer.asLongBuffer().get(longs);
    return longs;
  }

  private static TensorData input(String json) {
    byte[] body = ("{\"inputs\":[" + json.replace('\'', '"') + "]}").getBytes(UTF_8);
    return read(body, body.length).request().inputs().get(0);
  }
}
