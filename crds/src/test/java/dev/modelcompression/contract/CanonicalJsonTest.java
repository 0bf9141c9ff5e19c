package dev.modelcompression.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.junit.jupiter.api.Test;

class CanonicalJsonTest {
  private static final JsonMapper JSON = new JsonMapper();

  @Test
  void equalValuesHaveOneText() throws Exception {
    assertThat(canonical("{\"b\": [1.0, 10, 1e-5], \"a\": {\"d\": null, \"c\": \"x\\n\"}}"))
        .isEqualTo(canonical("{\"a\":{\"c\":\"x\\u000a\"},\"b\":[1,10.00,0.00001]}"))
        .isEqualTo("{\"a\":{\"c\":\"x\\n\"},\"b\":[1,10,0.00001]}");
  }

  @Test
  void theOrderOfAListAndTheTypeOfAValueCount() throws Exception {
    assertThat(canonical("[1,2]")).isNotEqualTo(canonical("[2,1]"));
    assertThat(canonical("[1]")).isNotEqualTo(canonical("[\"1\"]"));
    assertThat(canonical("{\"a\":false}")).isNotEqualTo(canonical("{}"));
  }

  @Test
  void wholeNumbersCanBeReadAsSuch() throws Exception {
    assertThat(canonical("[10,1e3,20480,-100]")).isEqualTo("[10,1000,20480,-100]");
  }

  @Test
  void theTextIsJsonOfTheSameValue() throws Exception {
    JsonNode node = JSON.readTree("{\"k\\\"ey\":[true,1000000,-0.5,{\"x\":[]}]}");
    assertThat(JSON.readTree(CanonicalJson.of(node)).toString())
        .isEqualTo(JSON.readTree("{\"k\\\"ey\":[true,1000000,-0.5,{\"x\":[]}]}").toString());
  }

  @Test
  void digestIsThatOfTheText() throws Exception {
    // printf '{}' | sha256sum
    assertThat(CanonicalJson.digest(JSON.readTree(" { } ")))
        .isEqualTo("sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
  }

  private static String canonical(String json) throws Exception {
    return CanonicalJson.of(JSON.readTree(json));
  }
}
