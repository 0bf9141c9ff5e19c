package dev.modelcompression.cli.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelcompression.cli.probe.Http.FailedRequestException;
import dev.modelcompression.contract.ProbeReport.Answer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What servers may say, and what is made of it. */
class AnswersTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"outputs":[{"data":[0.1,0.7,0.2]}]}                     | 1
          {"outputs":[{"data":[[-3,-2,-1]]},{"data":[9,0]}]}       | 2
          {"outputs":[{"data":[5,5,1]}]}                           | 0
          """)
  void theClassIsTheGreatestScore(String body, int expected) throws FailedRequestException {
    assertThat(InferenceServer.predicted(bytes(body))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          <html>                              | no JSON
          ''                                  | no scores
          {}                                  | no scores
          {"outputs":[]}                      | no scores
          {"outputs":[{"data":[]}]}           | no scores
          {"outputs":[{"data":[7]}]}          | no scores
          {"outputs":[{"data":"AAAA"}]}       | no scores
          {"outputs":[{"data":["cat","dog"]}]} | no finite number
          {"outputs":[{"data":[1,null]}]}     | no finite number
          {"outputs":[{"data":[1e999,2]}]}    | no finite number
          {"error":"model not found"}         | no scores
          """)
  void anythingElseIsAnError(String body, String reason) {
    assertThatThrownBy(() -> InferenceServer.predicted(bytes(body)))
        .isInstanceOf(FailedRequestException.class)
        .hasMessageStartingWith("malformed answer: ")
        .hasMessageContaining(reason);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          vector | [{"metric":{},"value":[1,"0.25"]}]                             | 0.25
          scalar | [1,"-3"]                                                       | -3
          vector | []                                                             | no sample
          vector | [{"metric":{},"value":[1,"1"]},{"metric":{},"value":[1,"1"]}]  | 2 series, expected one
          vector | [{"metric":{},"value":[1,"NaN"]}]                              | value is NaN
          vector | [{"metric":{},"value":[1,"+Inf"]}]                             | value is +Inf
          vector | [{"metric":{},"value":[1,"-Inf"]}]                             | value is -Inf
          scalar | [1,"NaN"]                                                      | value is NaN
          vector | [{"metric":{},"value":[1,2]}]                                  | malformed sample
          vector | [{"metric":{},"value":[1,"x"]}]                                | malformed sample
          vector | [{"metric":{}}]                                                | malformed sample
          matrix | [{"metric":{},"values":[[1,"1"]]}]                             | neither vector nor scalar
          string | [1,"1"]                                                        | neither vector nor scalar
          """)
  void exactlyOneFiniteSampleCounts(String type, String result, String expected) {
    String body =
        "{\"status\":\"success\",\"data\":{\"resultType\":\"%s\",\"result\":%s}}"
            .formatted(type, result);
    var answer = PrometheusServer.answer(bytes(body));
    if (answer.value() == null) {
      assertThat(answer.failure()).isEqualTo(expected);
    } else {
      assertThat(answer.value()).isEqualTo(Double.parseDouble(expected));
    }
  }

  @Test
  void garbageOfPrometheusIsNoValue() {
    assertThat(PrometheusServer.answer(bytes("<html>"))).isEqualTo(Answer.failed("no JSON"));
    for (String body : new String[] {"", "{}", "[]", "{\"status\":\"error\"}"}) {
      assertThat(PrometheusServer.answer(bytes(body)).failure()).isEqualTo("status is not success");
    }
  }

  @Test
  void prometheusThatFailsIsNoValue() throws InterruptedException {
    try (var server = FakeServer.of((number, body) -> new FakeServer.Response(503, ""))) {
      assertThat(ask(server.url())).isEqualTo(Answer.failed("HTTP 503"));
      assertThat(server.targets())
          .containsExactly("/api/v1/query?query=sum%28rate%28x%7Ba%3D%22b%22%7D%5B1m%5D%29%29");
    }
    try (var server =
        FakeServer.of((number, body) -> FakeServer.Response.ok("x".repeat(2_000_000)))) {
      assertThat(ask(server.url())).isEqualTo(Answer.failed("answer too long"));
    }
    String gone;
    try (var server = FakeServer.echo()) {
      gone = server.url();
    }
    assertThat(ask(gone)).isEqualTo(Answer.failed("connection refused"));
    assertThat(ask("http://no-such-host.invalid")).isEqualTo(Answer.failed("unknown host"));
  }

  private static Answer ask(String url) throws InterruptedException {
    return new PrometheusServer(new Http(Duration.ofSeconds(30), 1_000_000), url)
        .ask("sum(rate(x{a=\"b\"}[1m]))");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
