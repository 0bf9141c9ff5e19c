package dev.modelcompression.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FetchRequestTest {
  private static final String DIGEST = "sha256:" + "1".repeat(64);
  private static final FetchRequest REQUEST =
      FetchRequest.of("s3://models/net.onnx", DIGEST, "/mnt/model/net/1/model.onnx");

  @Test
  void isReadAndWrittenAlike() {
    assertThat(ContractJson.readFetchRequest(ContractJson.write(REQUEST))).isEqualTo(REQUEST);
  }

  @Test
  void theAnswerFitsHoweverLongTheUri() {
    var found = new Artifact("x", "s3://models/" + "x".repeat(2000), DIGEST, 5);

    var answer = TerminationMessage.parse(REQUEST.answer(found, "").toJson());

    assertThat(answer.outputs()).containsEntry("model", new Artifact("model", "model", DIGEST, 5));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'version':'v2','model':{'uri':'a','digest':'D'},'target':'/a/b'}",
        "{'version':'v1','model':{'uri':'a'},'target':'/a/b'}",
        "{'version':'v1','model':{'uri':'a','digest':'D'},'target':'a/b'}",
        "{'version':'v1','model':{'uri':'a','digest':'D'},'target':'/b'}",
        "{'version':'v1','model':{'uri':'a','digest':'D'},'target':'/a/../b'}",
        "{'version':'v1','model':{'uri':'a','digest':'D'},'target':'/a/b/'}",
        "{'version':'v1','model':{'uri':'a','digest':'D'}}",
        "{'version':'v1','model':{'uri':'a','digest':'D'},'target':'/a/b','mode':1}",
      })
  void refusesWhatIsNotExactlyARequest(String json) {
    assertThatThrownBy(
            () -> ContractJson.readFetchRequest(json.replace('\'', '"').replace("D", DIGEST)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("fetch request");
  }
}
