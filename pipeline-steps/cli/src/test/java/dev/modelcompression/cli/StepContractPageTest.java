package dev.modelcompression.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.modelcompression.api.CustomSettings;
import dev.modelcompression.api.Step;
import dev.modelcompression.contract.Artifact;
import dev.modelcompression.contract.CanonicalJson;
import dev.modelcompression.contract.ContractJson;
import dev.modelcompression.contract.StepRequest;
import dev.modelcompression.contract.TerminationMessage;
import dev.modelcompression.data.Digests;
import dev.modelcompression.manifest.ModelCompressionParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The page is right about the contract: what it shows is read by the code that reads it in the
 * cluster.
 */
class StepContractPageTest {
  private static final Path PAGE = Path.of("docs/step-contract.md");
  private static final Pattern EXAMPLE =
      Pattern.compile("<!-- (\\w+) -->\n```json\n(.*?)```", Pattern.DOTALL);
  private static final Pattern PROGRAM = Pattern.compile("```python\n(.*?)```", Pattern.DOTALL);

  @TempDir Path folder;

  @Test
  void requestReportAndMessageBelongTogether() throws IOException {
    var request = ContractJson.readRequest(example("StepRequest", 0));
    String text = example("StepReport", 0);
    var report = ContractJson.readReport(text);
    var message = TerminationMessage.parse(example("TerminationMessage", 0));

    ModelCompressionParser.check(request.step(), "step request");
    assertThat(report.lineage().settings()).isEqualTo(request.step());
    assertThat(report.inputs()).containsAllEntriesOf(request.inputs());
    assertThat(message)
        .isEqualTo(
            TerminationMessage.of(report, Digests.of(text.getBytes(StandardCharsets.UTF_8))));
    assertThat(message.metrics()).isEqualTo(report.metrics()).isNotEmpty();
  }

  @Test
  void inputsAndTheirAnswerBelongTogether() throws IOException {
    var request = ContractJson.readInputsRequest(example("InputsRequest", 0));
    var answer = TerminationMessage.parse(example("TerminationMessage", 1));

    assertThat(request.answeredBy(answer)).containsOnlyKeys(request.files().keySet());
  }

  @Test
  void everyExampleIsRead() throws IOException {
    String page = Files.readString(PAGE);
    assertThat(EXAMPLE.matcher(page).results()).hasSize(5);
    assertThat(Pattern.compile("```json").matcher(page).results()).hasSize(5);
  }

  @Test
  void theProgramOnThePageIsAStep() throws Exception {
    Path claim = Files.createDirectories(folder.resolve("claims/models"));
    Path model = Files.writeString(claim.resolve("net.onnx"), "a model");
    var input = new Artifact("model", "pvc://models/net.onnx", Digests.of(model), 7);

    var message = run(0, request(input, "1"));

    Path published = claim.resolve("steps/1");
    assertThat(Digests.of(published.resolve("report.json"))).isEqualTo(message.report());
    var report = ContractJson.readReport(Files.readString(published.resolve("report.json")));
    assertThat(TerminationMessage.of(report, message.report())).isEqualTo(message);
    assertThat(message.outputsIn("pvc://models/steps/1"))
        .extractingByKey("model")
        .isEqualTo(input.at("model", "pvc://models/steps/1/model.onnx"));
    assertThat(run(0, request(input, "1"))).isEqualTo(message);

    Files.writeString(published.resolve("report.json"), "{");
    assertThat(run(0, request(input, "1")).outputs()).isEqualTo(message.outputs());
    Files.delete(published.resolve("report.json"));
    assertThat(run(0, request(input, "1")).outputs()).isEqualTo(message.outputs());

    Files.writeString(model, "another model");
    assertThat(run(65, request(input, "2")).message()).contains(input.digest());
    assertThat(claim.resolve("steps/2")).doesNotExist();
  }

  private TerminationMessage run(int exit, StepRequest request)
      throws IOException, InterruptedException {
    assumeThat(hasPython()).as("python3").isTrue();
    Matcher program = PROGRAM.matcher(Files.readString(PAGE));
    assertThat(program.find()).isTrue();
    var builder =
        new ProcessBuilder("python3", "-c", program.group(1), "step")
            .directory(folder.toFile())
            .redirectErrorStream(true);
    builder
        .environment()
        .putAll(
            Map.of(
                "CLAIMS",
                folder.resolve("claims").toString(),
                "TERMINATION_LOG",
                folder.resolve("log").toString(),
                StepRequest.VARIABLE,
                CanonicalJson.of(request)));
    var process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isEqualTo(exit);
    return TerminationMessage.parse(Files.readString(folder.resolve("log")));
  }

  private static boolean hasPython() throws InterruptedException {
    try {
      return new ProcessBuilder("python3", "--version").start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static StepRequest request(Artifact model, String name) {
    return new StepRequest(
        StepRequest.VERSION,
        "r-1",
        1,
        1,
        Step.of("copy", new CustomSettings("example.com/copy:1", Map.of())),
        Map.of("model", model),
        Map.of(),
        "pvc://models/steps/" + name,
        7,
        null,
        2);
  }

  private static String example(String type, int number) throws IOException {
    List<String> found = new ArrayList<>();
    Matcher examples = EXAMPLE.matcher(Files.readString(PAGE));
    while (examples.find()) {
      if (examples.group(1).equals(type)) {
        found.add(examples.group(2));
      }
    }
    return found.get(number);
  }
}
