package dev.modelcompression.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelcompression.onnx.DataType;
import dev.modelcompression.onnx.ExternalSink;
import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.InvalidModelException;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.OnnxWriter;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.onnx.UnsupportedModelException;
import dev.modelcompression.onnx.ValueInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFilesTest {
  private static final Path RESNET = Path.of("../../examples/fashion-mnist/resnet8.onnx");

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("m.onnx");
  }

  @Test
  void aRealModelComesBackByteForByte() throws IOException {
    ModelFiles.save(ModelFiles.load(RESNET), file);
    assertThat(file).hasSameBinaryContentAs(RESNET);
    assertThat(names()).containsExactly("m.onnx");
  }

  @Test
  void aLargeModelGetsADataFileAndIsTheSameModel() throws IOException {
    var model = model(300);
    ModelFiles.save(model, file, 1000);
    assertThat(names()).containsExactly("m.onnx", "m.onnx.data");
    assertThat(file).isRegularFile();
    assertThat(Files.size(file)).isLessThan(1000);

    var loaded = ModelFiles.load(file);
    assertThat(loaded.graph().initializer("w").orElseThrow().isExternal()).isTrue();
    assertThat(loaded.graph().initializer("shape").orElseThrow().isExternal())
        .as("small tensors stay")
        .isFalse();
    assertThat(OnnxWriter.toBytes(loaded)).isEqualTo(OnnxWriter.toBytes(model));
  }

  @Test
  void thePartsOfAModelAreItsFileAndTheExternalDataThatItNames() throws IOException {
    assertThat(ModelFiles.parts(RESNET))
        .containsExactly(new ModelPart("resnet8.onnx", Digests.of(RESNET), Files.size(RESNET)));

    ModelFiles.save(model(300), file, 1000);
    var data = folder.resolve("m.onnx.data");
    var before = ModelFiles.parts(file);
    assertThat(before)
        .containsExactly(
            new ModelPart("m.onnx", Digests.of(file), Files.size(file)),
            new ModelPart("m.onnx.data", Digests.of(data), 1200));

    var bytes = Files.readAllBytes(data);
    bytes[7] ^= 1;
    Files.write(data, bytes);
    assertThat(ModelFiles.parts(file).get(0)).isEqualTo(before.get(0));
    assertThat(ModelFiles.parts(file).get(1).digest())
        .isEqualTo(Digests.of(bytes))
        .isNotEqualTo(before.get(1).digest());
  }

  @Test
  void externalDataComesHomeWhenTheModelBecomesSmall() throws IOException {
    ModelFiles.save(model(300), file, 1000);
    var single = folder.resolve("single.onnx");
    ModelFiles.save(ModelFiles.load(file), single);
    assertThat(single).hasBinaryContent(OnnxWriter.toBytes(model(300)));
  }

  @Test
  void aModelWithExternalDataCanBeSavedOverItself() {
    ModelFiles.save(model(300), file, 1000);
    var loaded = ModelFiles.load(file);
    ModelFiles.save(loaded, file, 1000);
    ModelFiles.save(loaded, file, 1000);
    assertThat(OnnxWriter.toBytes(ModelFiles.load(file))).isEqualTo(OnnxWriter.toBytes(model(300)));
  }

  @Test
  void theSameModelGivesTheSameFiles() throws IOException {
    ModelFiles.save(model(300), file, 1000);
    var first = Files.readAllBytes(file);
    var firstData = Files.readAllBytes(folder.resolve("m.onnx.data"));
    ModelFiles.save(model(300), file, 1000);
    assertThat(file).hasBinaryContent(first);
    assertThat(folder.resolve("m.onnx.data")).hasBinaryContent(firstData);
  }

  @Test
  void aFolderThatCannotBeWrittenIsSaidAndNothingIsLeft() throws IOException {
    var missing = folder.resolve("no/such/m.onnx");
    assertThatThrownBy(() -> ModelFiles.save(model(1), missing))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("m.onnx: cannot be written: no such file or folder");
    assertThat(names()).isEmpty();
  }

  @Test
  void missingAndForeignFiles() throws IOException {
    assertThatThrownBy(() -> ModelFiles.load(file))
        .isInstanceOf(InvalidDataException.class)
        .hasMessage(file + ": no such file or folder");
    assertThatThrownBy(() -> ModelFiles.load(folder))
        .isInstanceOf(InvalidDataException.class)
        .hasMessage(folder + ": is not a file; expected an ONNX model");
    Files.writeString(file, "PK\3\4 this is a zip");
    assertThatThrownBy(() -> ModelFiles.load(file))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageStartingWith(file + ": not an ONNX model");
    Files.write(file, new byte[0]);
    assertThatThrownBy(() -> ModelFiles.load(file))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageStartingWith(file + ": not an ONNX model");
  }

  @Test
  void theSizeLimitCountsExternalData() {
    ModelFiles.save(model(300), file, 1000);
    ModelFiles.load(file, 10_000);
    assertThatThrownBy(() -> ModelFiles.load(file, 1250))
        .isInstanceOf(UnsupportedModelException.class)
        .hasMessageContaining("1250 bytes allowed");
  }

  @Test
  void externalDataNeverLeavesTheFolder() throws IOException {
    var secret = folder.resolve("secret");
    Files.write(secret, new byte[5000]);
    var models = Files.createDirectory(folder.resolve("models"));
    Files.createDirectory(models.resolve("sub"));
    Files.createSymbolicLink(models.resolve("link"), secret);
    Files.createSymbolicLink(models.resolve("up"), folder);
    Files.createLink(models.resolve("hard"), secret);
    refused(models, "../secret", "leaves the model's folder");
    refused(models, "sub/../../secret", "leaves the model's folder");
    refused(models, secret.toString(), "must be relative");
    refused(models, "link", "is a symbolic link");
    refused(models, "up/secret", "is a symbolic link");
    refused(models, "hard", "several names");
    refused(models, "sub", "is not a regular file");
    refused(models, "absent", "no such file");
    refused(models, ".", "is not a file name");
    refused(models, "a\0b", "is not a file name");
  }

  @Test
  void rangesOutsideTheFileAreRefused() throws IOException {
    Files.write(folder.resolve("d"), new byte[1200]);
    external(folder, "d", 0);
    assertThat(ModelFiles.load(file).graph().initializers()).containsKey("w");
    for (long offset : new long[] {1, 1200, 1201, Long.MAX_VALUE}) {
      external(folder, "d", offset);
      assertThatThrownBy(() -> ModelFiles.load(file))
          .isInstanceOf(InvalidModelException.class)
          .hasMessageStartingWith(file + ": tensor 'w': external data 'd' has 1200 bytes")
          .hasMessageContaining(Long.toString(offset));
    }
  }

  private static void refused(Path models, String location, String fault) throws IOException {
    external(models, location, 0);
    assertThatThrownBy(() -> ModelFiles.load(models.resolve("m.onnx")))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining("tensor 'w'")
        .hasMessageContaining(fault);
  }

  /** A model that says its tensor of 1200 bytes lies wherever an attacker likes. */
  private static void external(Path folder, String location, long offset) throws IOException {
    var lie =
        new ExternalSink() {
          @Override
          public String location() {
            return location;
          }

          @Override
          public long append(ByteBuffer bytes) {
            return offset;
          }
        };
    try (var out = Files.newOutputStream(folder.resolve("m.onnx"))) {
      OnnxWriter.write(model(300), out, lie);
    }
  }

  private List<String> names() throws IOException {
    try (var files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  private static Model model(int size) {
    var graph = new Graph("g");
    graph.addInput(ValueInfo.tensor("x", DataType.FLOAT, size));
    graph.addOutput(ValueInfo.tensor("y", DataType.FLOAT, size, 1));
    graph.add(Node.of("Add", "add", List.of("x", "w"), List.of("h")));
    graph.add(Node.of("Reshape", "reshape", List.of("h", "shape"), List.of("y")));
    var values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = i;
    }
    graph.setInitializer("w", Tensor.floats(new long[] {size}, values));
    graph.setInitializer("shape", Tensor.vector(size, 1L));
    return new Model(graph, 8, 17);
  }
}
