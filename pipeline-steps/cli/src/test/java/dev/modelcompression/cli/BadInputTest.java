package dev.modelcompression.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl;
import dev.modelcompression.onnx.DataType;
import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.OnnxWriter;
import dev.modelcompression.onnx.Tensor;
import dev.modelcompression.onnx.ValueInfo;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a user sees who gives something wrong, case by case, against the page that documents it.
 *
 * <p>{@code -Dbad-input.update=true} writes the page anew; read the difference before you commit
 * it.
 */
class BadInputTest {
  private static final Path PAGE = Path.of("docs/bad-input.md");
  private static final Path MODEL =
      Path.of("../../examples/fashion-mnist/resnet8.onnx").toAbsolutePath();

  @TempDir static Path folder;

  /** One mistake: what it is, the command that makes it, how the command must end. */
  record Case(String name, int exit, List<String> command) {
    Case(String name, int exit, String... command) {
      this(name, exit, List.of(command));
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> cases() throws IOException {
    writeInputs();
    return Stream.of(
        new Case("the model is missing", 65, "analyze", "nothing.onnx"),
        new Case("the file is not ONNX", 65, "analyze", "text.onnx"),
        new Case("the model is truncated", 65, "optimize", "truncated.onnx", "-o", "out.onnx"),
        new Case("the graph has a cycle", 65, "optimize", "cyclic.onnx", "-o", "out.onnx"),
        new Case("the model has no outputs", 65, "optimize", "no-outputs.onnx", "-o", "out.onnx"),
        new Case(
            "nothing in the model can be quantized",
            69,
            "quantize",
            "tiny.onnx",
            "-o",
            "out.onnx",
            "--mode",
            "Dynamic",
            "--exclude",
            "gemm"),
        new Case(
            "external data outside the model's folder",
            65,
            "optimize",
            "escaping.onnx",
            "-o",
            "out.onnx"),
        new Case(
            "the data does not fit the model",
            65,
            "quantize",
            MODEL.toString(),
            "-o",
            "out.onnx",
            "--data",
            "wrong-shape.npz"),
        new Case(
            "the data holds NaN",
            65,
            "quantize",
            MODEL.toString(),
            "-o",
            "out.onnx",
            "--data",
            "nan.npz"),
        new Case(
            "the model computes NaN",
            65,
            "evaluate",
            "nan-weight.onnx",
            "--baseline",
            "tiny.onnx",
            "--data",
            "tiny.npz",
            "--gate",
            "top1.maxDrop=0.005"),
        new Case("a weight is NaN", 65, "prune", "nan-weight.onnx", "-o", "out.onnx"),
        new Case("an unknown field in the YAML", 64, "validate", "-f", "unknown-field.yaml"),
        new Case(
            "a ratio that cannot be",
            64,
            "prune",
            MODEL.toString(),
            "-o",
            "out.onnx",
            "--ratio",
            "1.5"),
        new Case(
            "flags that do not go together",
            64,
            "prune",
            MODEL.toString(),
            "-o",
            "out.onnx",
            "--pattern",
            "2:4"),
        new Case(
            "a ratio too small to remove anything",
            64,
            "prune",
            MODEL.toString(),
            "-o",
            "out.onnx",
            "--ratio",
            "0.001"),
        new Case(
            "an unknown operator between the layers to prune",
            69,
            "prune",
            "unknown-operator.onnx",
            "-o",
            "out.onnx"),
        new Case(
            "an unknown flag", 64, "prune", MODEL.toString(), "-o", "out.onnx", "--ration", "0.5"),
        new Case("no YAML file", 64, "run", "-f", "nothing.yaml"),
        new Case(
            "a label beyond the model's classes",
            65,
            "evaluate",
            MODEL.toString(),
            "--baseline",
            MODEL.toString(),
            "--data",
            "label-99.npz"),
        new Case(
            "a misspelled gate",
            64,
            "evaluate",
            MODEL.toString(),
            "--baseline",
            MODEL.toString(),
            "--data",
            "label-99.npz",
            "--gate",
            "top1.maxDorp=0.005",
            "--gate",
            "latency.maxRatio=0.5"),
        new Case(
            "no folder for the result",
            64,
            "optimize",
            MODEL.toString(),
            "-o",
            "/nonexistent/out.onnx"),
        new Case("a result to standard output", 64, "optimize", MODEL.toString(), "-o", "-"),
        new Case(
            "a checkpoint of another training",
            64,
            "fine-tune",
            MODEL.toString(),
            "--train",
            "label-99.npz",
            "-o",
            "out.onnx",
            "--checkpoint",
            "other.checkpoint"),
        new Case(
            "a checkpoint folder with something else in it",
            64,
            "fine-tune",
            MODEL.toString(),
            "--train",
            "label-99.npz",
            "-o",
            "out.onnx",
            "--checkpoint",
            "thesis"),
        new Case(
            "a step's output folder with something else in it",
            64,
            "step",
            "--request",
            "request.json"));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void endsWithItsExitCodeAndTheMessageThatThePageShows(Case mistake) throws IOException {
    var shown = run(mistake);

    assertThat(Files.readString(PAGE)).contains(section(mistake, shown));
    assertThat(folder.resolve("out.onnx")).as("nothing half-written").doesNotExist();
  }

  @Test
  void thePageHoldsEveryCaseAndNothingElse() throws IOException {
    var page = new StringBuilder(INTRODUCTION);
    for (Case mistake : cases().toList()) {
      page.append('\n').append(section(mistake, run(mistake)));
    }
    if (Boolean.getBoolean("bad-input.update")) {
      Files.writeString(PAGE, page);
    }

    assertThat(Files.readString(PAGE)).isEqualTo(page.toString());
  }

  private static final String INTRODUCTION =
      """
      # What happens with bad input

      A mistake gets one message that says what is wrong, where, what was found and what was expected, and an exit
      code: 64 when the command line or the YAML is wrong, 65 when a model or data set is, 69 when it is right but
      cannot be handled. Nothing is left half-written. The messages below are what the program prints, but for
      the folder of the files, which it writes in full; a test holds this page against it.
      """;

  private static String section(Case mistake, String shown) {
    String command = String.join(" ", mistake.command());
    return "## "
        + mistake.name()
        + "\n\n```console\n$ mc "
        + plain(command)
        + "\n"
        + shown
        + "$ echo $?\n"
        + mistake.exit()
        + "\n```\n";
  }

  private static String run(Case mistake) {
    var text = new StringWriter();
    var line =
        Main.commandLine().setOut(new PrintWriter(text, true)).setErr(new PrintWriter(text, true));
    line.getSubcommands().values().forEach(sub -> sub.setOut(line.getOut()).setErr(line.getErr()));
    int exit =
        line.execute(mistake.command().stream().map(BadInputTest::located).toArray(String[]::new));
    String shown = plain(text.toString());
    assertThat(exit).as(shown).isEqualTo(mistake.exit());
    assertThat(shown).doesNotContain("\tat ").doesNotContain("Exception").startsWith("mc: ");
    return shown;
  }

  /** Files of the cases are named as if they lay in the current folder. */
  private static String located(String argument) {
    return argument.matches("[a-z0-9-]+\\.(onnx|npz|yaml|json|checkpoint)|thesis")
        ? folder.resolve(argument).toString()
        : argument;
  }

  private static String plain(String text) {
    return text.replace(folder.toString() + "/", "")
        .replace(MODEL.toString(), "resnet8.onnx")
        .replace(MODEL.normalize().toString(), "resnet8.onnx");
  }

  private static void writeInputs() throws IOException {
    Files.writeString(folder.resolve("text.onnx"), "This is a letter, not a model.\n");
    Files.write(
        folder.resolve("truncated.onnx"), Arrays.copyOf(Files.readAllBytes(MODEL), 600_000));
    Files.write(folder.resolve("cyclic.onnx"), cyclic());
    Files.write(folder.resolve("escaping.onnx"), escaping());
    Files.write(folder.resolve("unknown-operator.onnx"), OnnxWriter.toBytes(unknownOperator()));
    TinyInputs.npz(
        folder.resolve("wrong-shape.npz"),
        new long[] {2, 3, 32, 32},
        new float[2 * 3 * 32 * 32],
        0,
        1);
    TinyInputs.model(folder.resolve("tiny.onnx"));
    Files.write(folder.resolve("no-outputs.onnx"), withoutOutputs());
    TinyInputs.data(folder.resolve("tiny.npz"), 20, 1);
    var broken = TinyInputs.model();
    var bias = broken.graph().initializer("b3").orElseThrow().floats();
    bias[1] = Float.NaN;
    broken.graph().setInitializer("b3", Tensor.vector(bias));
    Files.write(folder.resolve("nan-weight.onnx"), OnnxWriter.toBytes(broken));
    var images = new float[2 * 784];
    images[1000] = Float.NaN;
    TinyInputs.npz(folder.resolve("nan.npz"), new long[] {2, 1, 28, 28}, images, 0, 1);
    TinyInputs.npz(
        folder.resolve("label-99.npz"), new long[] {2, 1, 28, 28}, new float[2 * 784], 0, 99);
    Path other = Files.createDirectories(folder.resolve("other.checkpoint"));
    Files.writeString(other.resolve("request.digest"), "sha256:" + "0".repeat(64));
    Files.writeString(other.resolve("checkpoint"), "state");
    Path thesis = Files.createDirectories(folder.resolve("thesis"));
    Files.writeString(thesis.resolve("thesis.tex"), "dear");
    Files.writeString(
        folder.resolve("request.json"),
        """
        {"version": "v1", "runId": "r", "trial": 1, "attempt": 1, "step": {"name": "optimize", "optimize": {}},
         "inputs": {}, "datasets": {}, "output": "%s", "seed": 0, "threads": 1}
        """
            .formatted(thesis.toUri()));
    Files.writeString(
        folder.resolve("unknown-field.yaml"),
        """
        apiVersion: modelcompression.dev/v1alpha1
        kind: ModelCompression
        metadata: {name: demo}
        spec:
          model: {uri: model.onnx}
          steps:
          - name: prune
            prune: {ration: 0.5, importance: Magic}
        """);
  }

  private static byte[] withoutOutputs() {
    var graph = new Graph("silent");
    graph.addInput(ValueInfo.tensor("x", DataType.FLOAT, 1, 4));
    graph.add(Node.of("Relu", "relu", List.of("x"), List.of("y")));
    return OnnxWriter.toBytes(new Model(graph, 8, 17));
  }

  private static byte[] cyclic() {
    var graph = new Graph("cyclic");
    graph.addInput(ValueInfo.tensor("x", DataType.FLOAT, 1, 4));
    graph.add(Node.of("Add", "first", List.of("x", "b"), List.of("a")));
    graph.add(Node.of("Relu", "second", List.of("a"), List.of("b")));
    graph.addOutput(ValueInfo.tensor("b", DataType.FLOAT, 1, 4));
    return OnnxWriter.toBytes(new Model(graph, 8, 17));
  }

  private static byte[] escaping() {
    var weight =
        OnnxMl.TensorProto.newBuilder()
            .setName("w")
            .setDataType(DataType.FLOAT.code())
            .addDims(4)
            .setDataLocation(OnnxMl.TensorProto.DataLocation.EXTERNAL)
            .addExternalData(
                OnnxMl.StringStringEntryProto.newBuilder()
                    .setKey("location")
                    .setValue("../secret.bin"));
    var graph = new Graph("escaping");
    graph.addInput(ValueInfo.tensor("x", DataType.FLOAT, 1, 4));
    graph.add(Node.of("Add", "add", List.of("x", "w"), List.of("y")));
    graph.addOutput(ValueInfo.tensor("y", DataType.FLOAT, 1, 4));
    try {
      var proto =
          OnnxMl.ModelProto.parseFrom(OnnxWriter.toBytes(new Model(graph, 8, 17))).toBuilder();
      proto.getGraphBuilder().addInitializer(weight);
      return proto.build().toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Conv, an operator of the user's own, Conv: what happens to channels in between is unknown. */
  private static Model unknownOperator() {
    var graph = new Graph("custom");
    graph.addInput(ValueInfo.tensor("x", DataType.FLOAT, 1, 3, 8, 8));
    graph.setInitializer("w1", Tensor.floats(new long[] {32, 3, 1, 1}, new float[96]));
    graph.setInitializer("w2", Tensor.floats(new long[] {32, 32, 1, 1}, new float[1024]));
    graph.add(Node.of("Conv", "conv1", List.of("x", "w1"), List.of("a")));
    graph.add(Node.of("com.example", "ShuffleChannels", "shuffle", List.of("a"), List.of("b")));
    graph.add(Node.of("Conv", "conv2", List.of("b", "w2"), List.of("y")));
    graph.addOutput(ValueInfo.tensor("y", DataType.FLOAT, 1, 32, 8, 8));
    var model = new Model(graph, 8, 17);
    model.setOpset("com.example", 1);
    return model;
  }
}
