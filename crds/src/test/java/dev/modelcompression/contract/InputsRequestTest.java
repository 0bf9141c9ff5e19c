package dev.modelcompression.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelcompression.contract.InputsRequest.File;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InputsRequestTest {
  private static final String ONE = "sha256:" + "1".repeat(64);
  private static final String TWO = "sha256:" + "2".repeat(64);
  private static final String URI = "s3://models/" + "x".repeat(2036);

  private static final InputsRequest REQUEST =
      InputsRequest.of(
          Map.of("model", new File(URI, ONE), "training", new File("pvc://data/train.npz", null)));

  @Test
  void theAnswerReachesTheAskerHoweverLongTheUris() {
    var found =
        Map.of(
            "model", new Artifact("model", URI, ONE, 5),
            "training", new Artifact("training", "pvc://data/train.npz", TWO, 7));

    String json = REQUEST.answer(found, "2 files").toJson();

    assertThat(REQUEST.answeredBy(TerminationMessage.parse(json))).isEqualTo(found);
  }

  @Test
  void aPodCannotSendTheRunElsewhere() {
    var answer =
        answer(
            Map.of(
                "model", new Artifact("model", "elsewhere", ONE, 5),
                "training", new Artifact("training", "elsewhere", TWO, 7)));

    assertThat(REQUEST.answeredBy(answer).values())
        .extracting(Artifact::uri)
        .containsExactly(URI, "pvc://data/train.npz");
  }

  @Test
  void refusesAnAnswerToAnotherQuestion() {
    var model = new Artifact("model", "model", ONE, 5);
    var training = new Artifact("training", "training", TWO, 7);
    assertRefused(Map.of("model", model), "is about [model], expected [model, training]");
    assertRefused(
        Map.of("model", model, "training", training, "x", model.at("x", "x")), "is about ");
    assertRefused(
        Map.of("model", new Artifact("model", "model", TWO, 5), "training", training),
        "'model' has digest " + TWO + ", expected " + ONE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'version':'v1','files':{}}",
        "{'version':'v2','files':{'model':{'uri':'a'}}}",
        "{'version':'v1','files':{'model':{}}}",
        "{'version':'v1','files':{'model':{'uri':' '}}}",
        "{'version':'v1','files':{'model':{'uri':null}}}",
        "{'version':'v1','files':{'model':{'uri':'a','digest':'sha256:1'}}}",
        "{'version':'v1','files':{'../model':{'uri':'a'}}}",
        "{'version':'v1','files':{'':{'uri':'a'}}}",
        "{'version':'v1','files':{'model':{'uri':'a','samples':1}}}",
        "{'version':'v1'}",
      })
  void refusesWhatIsNotExactlyARequest(String json) {
    assertThatThrownBy(() -> ContractJson.readInputsRequest(json.replace('\'', '"')))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("inputs request");
  }

  @Test
  void isBounded() {
    assertThatThrownBy(() -> new File("x".repeat(2049), null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("uri has 2049 characters, expected 1 to 2048");
    assertThatThrownBy(() -> InputsRequest.of(files(9)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("inputs request: has 9 files, expected 1 to 8");
    assertThat(InputsRequest.of(files(8)).files()).hasSize(8);
  }

  private static Map<String, File> files(int count) {
    return Stream.iterate(0, i -> i + 1)
        .limit(count)
        .collect(Collectors.toMap(i -> "f" + i, i -> new File("file:///f" + i, null)));
  }

  private static TerminationMessage answer(Map<String, Artifact> outputs) {
    return new TerminationMessage("v1", ExitCode.DONE, "", null, outputs, new TreeMap<>());
  }

  private static void assertRefused(Map<String, Artifact> outputs, String expected) {
    Function<TerminationMessage, Object> read = REQUEST::answeredBy;
    assertThatThrownBy(() -> read.apply(answer(outputs)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("answer to the inputs request: ")
        .hasMessageContaining(expected);
  }
}
