package dev.modelcompression.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Reading a model and writing it unchanged gives the same message. */
class RoundTripTest {
  @Property(tries = 300)
  void anyModelComesBackUnchanged(@ForAll long seed) throws InvalidProtocolBufferException {
    var proto = RandomModels.of(seed);
    var written = OnnxWriter.toBytes(TestModels.read(proto.toByteArray()));
    assertThat(ModelProto.parseFrom(written)).isEqualTo(proto);
    assertThat(written).isEqualTo(proto.toByteArray());
  }

  @Property(tries = 100)
  void aCopyIsEqualToItsModelAndIndependent(@ForAll long seed) {
    var model = TestModels.read(RandomModels.of(seed).toByteArray());
    var before = OnnxWriter.toBytes(model);
    var copy = model.copy();
    assertThat(OnnxWriter.toBytes(copy)).isEqualTo(before);

    copy.graph().nodes().get(0).setName("changed");
    copy.graph().addInitializer("more", Tensor.scalar(1));
    copy.setOpset("com.example", 9);
    copy.metadata().put("more", "yes");
    assertThat(OnnxWriter.toBytes(model)).isEqualTo(before);
  }

  @Property(tries = 100)
  void theSizeIsAnUpperBound(@ForAll long seed) {
    var model = TestModels.read(RandomModels.of(seed).toByteArray());
    assertThat(OnnxWriter.size(model)).isGreaterThanOrEqualTo(OnnxWriter.toBytes(model).length);
  }

  @Test
  void aRealModelComesBackByteForByte() {
    assertThat(OnnxWriter.toBytes(TestModels.resnet())).isEqualTo(TestModels.resnetBytes());
  }

  @Test
  void tensorsElsewhereAreFoundWhereverTheyAre() throws InvalidProtocolBufferException {
    var proto = RandomModels.of(5).toBuilder();
    var w = Tensor.floats(new long[] {2}, 3, 4);
    proto.getGraphBuilder().addInitializer(w.proto().toBuilder().setName("main"));
    proto.getGraphBuilder().addNode(ExternalModels.nodeWithTensorsEverywhere(w.proto()));
    proto.addFunctions(ExternalModels.functionWithTensor(w.proto()));
    var outside = new HashMap<String, ByteBuffer>();
    var scattered = ExternalModels.scatter(proto.build(), outside);
    assertThat(outside).hasSizeGreaterThan(5);

    var model =
        OnnxReader.read(
            ByteBuffer.wrap(scattered.toByteArray()),
            "test.onnx",
            (location, offset, length) -> read(outside, location, offset, length));
    assertThat(ModelProto.parseFrom(OnnxWriter.toBytes(model))).isEqualTo(proto.build());
  }

  private static ByteBuffer read(
      Map<String, ByteBuffer> files, String location, long offset, long length) {
    var file = files.get(location);
    assertThat(file).isNotNull();
    return file.slice((int) offset, (int) length);
  }
}
