package dev.modelcompression.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelcompression.contract.ProbeReport.Answer;
import dev.modelcompression.contract.ProbeReport.Answers;
import dev.modelcompression.contract.ProbeReport.Pairs;
import dev.modelcompression.contract.ProbeReport.Side;
import dev.modelcompression.contract.ProbeRequest.Endpoint;
import dev.modelcompression.contract.ProbeRequest.Prometheus;
import dev.modelcompression.contract.ProbeRequest.Query;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProbeRequestTest {
  private static final String JSON =
      """
      {"version":"v1","runId":"r-1","round":2,
       "dataset":{"uri":"pvc://data/test.npz","digest":"sha256:%s"},
       "baseline":{"url":"http://gateway:8000/base","headers":{"Host":"fashion.example.com"},"model":"fashion"},
       "candidate":{"url":"https://10.0.0.1","headers":{},"model":"fashion"},
       "samples":500,"asked":730,"warmup":10,"seed":-7,"concurrency":4,"timeoutMillis":2000,"durationMillis":60000,
       "prometheus":{"url":"http://prometheus:9090","queries":{"lag":{"candidate":"a","baseline":"b"},"up":{"candidate":"c"}}}}
      """
          .formatted("1".repeat(64));

  private static final Answer VALUE = Answer.of(1);

  @Test
  void survivesItsOwnText() {
    var request = ProbeRequest.parse(JSON);

    assertThat(ProbeRequest.parse(ContractJson.write(request))).isEqualTo(request);
    assertThat(request.queries()).containsOnlyKeys("lag", "up");
    assertThat(request.baseline().headers()).containsEntry("Host", "fashion.example.com");
  }

  @Test
  void needsNoPrometheus() {
    String json = JSON.replaceAll(",\\s*\"prometheus\":.*", "}");
    assertThat(ProbeRequest.parse(json).queries()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "v1"                       | "v2"                   | version is 'v2'
          "round":2                  | "round":0              | round is 0, expected 1 to
          "samples":500              | "samples":0            | samples is 0, expected 1 to 100000
          "samples":500              | "samples":100001       | samples is 100001
          "samples":500              | "samples":1.5          | samples
          "asked":730                | "asked":-1             | asked is -1, expected at least 0
          "asked":730                | "asked":0.5            | asked
          "asked":730,               | ''                     | 'asked' is missing
          "warmup":10                | "warmup":-1            | warmup is -1
          "warmup":10                | "warmup":1001          | warmup is 1001
          "concurrency":4            | "concurrency":0        | concurrency is 0
          "concurrency":4            | "concurrency":65       | concurrency is 65
          "timeoutMillis":2000       | "timeoutMillis":0      | timeoutMillis is 0
          "durationMillis":60000     | "durationMillis":3600001 | durationMillis is 3600001
          "seed":-7,                 | ''                     | 'seed' is missing
          "runId":"r-1"              | "runId":"r/1"          | name 'r/1'
          sha256:1                   | sha256:x               | digest is 'sha256:x
          http://gateway:8000/base   | ftp://gateway          | url is 'ftp://gateway'
          http://gateway:8000/base   | http://u:p@gateway     | url is
          http://gateway:8000/base   | http://gateway?a       | url is
          http://gateway:8000/base   | http://gateway#a       | url is
          http://gateway:8000/base   | http:///v2             | url is
          http://gateway:8000/base   | http://a b             | url is 'http://a b'
          http://prometheus:9090     | prometheus:9090        | prometheus url is
          "Host"                     | "Ho st"                | header 'Ho st' cannot be set
          "Host"                     | "Content-Length"       | header 'Content-Length' cannot be set
          "Host"                     | "transfer-encoding"    | cannot be set
          fashion.example.com        | a\\r\\nX: b            | printable ASCII
          "model":"fashion"},        | "model":"../admin"},   | model is '../admin'
          "candidate":"a"            | "candidate":" "        | query has 1 characters
          "up":                      | "../up":               | name '../up'
          "samples"                  | "sample"               | 'samples' is missing
          "samples"                  | "more":1,"samples"     | unknown field 'more'
          """)
  void refusesWhatIsNotExactlyARequest(String part, String replacement, String expected) {
    assertThat(JSON).contains(part);
    assertThatThrownBy(() -> ProbeRequest.parse(JSON.replace(part, replacement)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("probe request")
        .hasMessageContaining(expected);
  }

  @Test
  void isBounded() {
    assertThat(new Prometheus("http://p", queries(16)).queries()).hasSize(16);
    assertThatThrownBy(() -> new Prometheus("http://p", queries(17)))
        .hasMessage("has 17 queries, expected at most 16");
    assertThatThrownBy(() -> new Query("x".repeat(4097), null)).hasMessageContaining("4097");
    assertThatThrownBy(() -> new Endpoint("http://h/" + "x".repeat(2048), Map.of(), "m"))
        .hasMessageContaining("at most 2048");
    var headers =
        IntStream.range(0, 17).boxed().collect(Collectors.toMap(i -> "x-" + i, String::valueOf));
    assertThatThrownBy(() -> new Endpoint("http://h", headers, "m"))
        .hasMessage("has 17 headers, expected at most 16");
  }

  @Test
  void takesOnlyTheAnswerToItself() {
    var request = ProbeRequest.parse(JSON);
    var both = new Answers(VALUE, VALUE);
    var one = new Answers(VALUE, null);
    var answer = report("r-1", 2, 500, Map.of("lag", both, "up", one));

    assertThat(request.answeredBy(answer)).isSameAs(answer);
    assertRefused(report("r-2", 2, 500, answer.queries()), "round 2 of run 'r-2'");
    assertRefused(report("r-1", 3, 500, answer.queries()), "round 3 of run 'r-1'");
    assertRefused(report("r-1", 2, 501, answer.queries()), "501 requests");
    assertRefused(report("r-1", 2, 500, Map.of("lag", both)), "about queries [lag]");
    assertRefused(report("r-1", 2, 500, Map.of("lag", one, "up", one)), "query 'lag'");
    assertRefused(report("r-1", 2, 500, Map.of("lag", both, "up", both)), "query 'up'");
  }

  private static void assertRefused(ProbeReport report, String expected) {
    var request = ProbeRequest.parse(JSON);
    assertThatThrownBy(() -> request.answeredBy(report))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("answer to the probe request: ")
        .hasMessageContaining(expected);
  }

  private static ProbeReport report(
      String run, int round, int requests, Map<String, Answers> queries) {
    var none = new Side(requests, requests, 0, null, null, "refused");
    return new ProbeReport(
        "v1", run, round, 1000, none, none, new Pairs(0, 0, 0, 0, null, null), queries);
  }

  private static Map<String, Query> queries(int count) {
    return IntStream.range(0, count)
        .boxed()
        .collect(Collectors.toMap(i -> "q" + i, i -> new Query("up", null)));
  }
}
