package dev.modelcompression.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelcompression.contract.ProbeReport.Answer;
import dev.modelcompression.contract.ProbeReport.Answers;
import dev.modelcompression.contract.ProbeReport.Estimate;
import dev.modelcompression.contract.ProbeReport.Pairs;
import dev.modelcompression.contract.ProbeReport.Side;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProbeReportTest {
  private static final Estimate ONE = new Estimate(1, 0.1);

  private static final String JSON =
      """
      {"version":"v1","runId":"r-1","round":1,"population":100,
       "baseline":{"requests":100,"errors":0,"correct":91,
         "p50":{"value":2.5,"logError":0.01},"p99":{"value":9,"logError":0.2}},
       "candidate":{"requests":100,"errors":5,"correct":85,
         "p50":{"value":1.5,"logError":0.01},"p99":{"value":7,"logError":0.2},"failure":"HTTP 500"},
       "pairs":{"count":95,"agree":90,"onlyBaselineRight":3,"onlyCandidateRight":2,
         "p50Ratio":{"value":0.6,"logError":0.02},"p99Ratio":{"value":0.8,"logError":0.3}},
       "queries":{"lag":{"candidate":{"value":-1.5},"baseline":{"failure":"no sample"}}}}
      """;

  @Test
  void survivesItsOwnText() {
    var report = ProbeReport.parse(JSON);

    assertThat(ProbeReport.parse(report.toJson())).isEqualTo(report);
    assertThat(report.candidate().answered()).isEqualTo(95);
    assertThat(report.queries().get("lag"))
        .isEqualTo(new Answers(Answer.of(-1.5), Answer.failed("no sample")));
  }

  @Test
  void theLargestFits() {
    var estimate = new Estimate(123456789.01234567, 12.345678901234567);
    String text = "\"\\\u001b😀é".repeat(99);
    var side = new Side(100_000, 1, 99_999, estimate, estimate, text);
    Map<String, Answers> queries = new TreeMap<>();
    for (int i = 0; i < ProbeRequest.MAX_QUERIES; i++) {
      queries.put("q".repeat(38) + (10 + i), new Answers(Answer.failed(text), Answer.failed(text)));
    }
    var report =
        new ProbeReport(
            "v1",
            "r".repeat(63),
            Integer.MAX_VALUE,
            Integer.MAX_VALUE,
            side,
            side,
            new Pairs(99_999, 99_999, 0, 0, estimate, estimate),
            queries);

    assertThat(report.toJson().getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(4096);
    assertThat(ProbeReport.parse(report.toJson())).isEqualTo(report);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "v1"                    | "v2"                    | version is 'v2'
          "round":1               | "round":0               | round is 0
          "population":100        | "population":99         | 100 requests to each side, but the data set has 99
          "population":100,       | ''                      | 'population' is missing
          "runId":"r-1"           | "runId":"r 1"           | name 'r 1'
          "errors":5              | "errors":-1             | errors is -1
          "errors":5              | "errors":101            | errors is 101, expected 0 to 100
          "errors":5              | "errors":5.5            | errors
          "errors":5              | "errors":"5"            | errors
          "errors":5              | "errors":1e99           | errors
          "errors":5,             | ''                      | 'errors' is missing
          "errors":0              | "errors":1              | failure is missing
          "correct":85            | "correct":96            | correct is 96, expected 0 to 95
          "correct":85            | "correct":84            | 91 and 84 right answers cannot be
          "correct":85            | "correct":1             | 91 and 1 right answers cannot be
          "requests":100,"errors":5 | "requests":99,"errors":4 | as many
          "requests":100,"errors":0 | "requests":100001,"errors":0 | requests is 100001
          "count":95              | "count":96              | 96 pairs, expected 95 to 95
          "count":95,"agree":90   | "count":94,"agree":89   | 94 pairs, expected 95 to 95
          "agree":90              | "agree":96              | agree is 96
          "agree":90              | "agree":91              | onlyCandidateRight is 2, expected 0 to 1
          "agree":90              | "agree":10              | cannot be
          "onlyBaselineRight":3   | "onlyBaselineRight":-3  | onlyBaselineRight is -3
          "value":2.5             | "value":"NaN"           | value is NaN
          "value":2.5             | "value":1e999           | value is Infinity
          "value":2.5             | "value":-1              | value is -1.0
          "value":2.5             | "value":0               | value is 0.0
          "value":2.5             | "value":9.5             | p50 is 9.5, above the p99 of 9.0
          "logError":0.02         | "logError":"NaN"        | logError is NaN
          "logError":0.02         | "logError":-0.1         | logError is -0.1
          "logError":0.02         | "logError":"Infinity"   | logError is Infinity
          "value":-1.5            | "value":"NaN"           | value is NaN
          "value":-1.5            | "value":"-Infinity"     | value is -Infinity
          "value":-1.5            | "value":1,"failure":"x" | exactly one of value and failure
          "value":-1.5            | ''                      | exactly one of value and failure
          "value":-1.5            | "value":null            | is null
          "failure":"no sample"   | "reason":"no sample"    | exactly one of value
          "queries"               | "round":1,"queries"     | round
          "lag"                   | "l/ag"                  | name 'l/ag'
          "lag"                   | "a12345678901234567890123456789012345678901" | expected at most 40
          """)
  void refusesWhatCannotBe(String part, String replacement, String expected) {
    assertThat(JSON).contains(part);
    assertRefused(JSON.replaceFirst(Pattern.quote(part), replacement), expected);
  }

  @Test
  void timesAreThereExactlyWhenSomethingWasAnswered() {
    assertThatThrownBy(() -> new Side(5, 5, 0, ONE, null, "x")).hasMessageContaining("p50 is ther");
    assertThatThrownBy(() -> new Side(5, 4, 0, null, ONE, "x")).hasMessage("p50 is missing");
    assertThatThrownBy(() -> new Side(5, 4, 0, ONE, null, "x")).hasMessage("p99 is missing");
    assertThatThrownBy(() -> new Side(5, 0, 0, ONE, ONE, "x")).hasMessageContaining("failure is");
    assertThatThrownBy(() -> new Pairs(0, 0, 0, 0, ONE, ONE)).hasMessageContaining("p50Ratio is");
    assertThatThrownBy(() -> new Pairs(1, 1, 0, 0, ONE, null)).hasMessage("p99Ratio is missing");
  }

  @Test
  void refusesGarbage() {
    for (String garbage :
        new String[] {
          "", "null", "{}", "[]", "ok", JSON + JSON, JSON.substring(9), "x".repeat(5000), "\u0000"
        }) {
      assertRefused(garbage, "");
    }
    assertRefused(JSON + " ".repeat(4096), "expected at most 4096");
  }

  /** The errors, right answers, pairs, agreements and discordant pairs of three samples. */
  private record Counts(List<Integer> values) {
    Counts plus(List<Integer> outcome) {
      List<Integer> sum = new ArrayList<>(values);
      for (int i = 0; i < sum.size(); i++) {
        sum.set(i, sum.get(i) + outcome.get(i));
      }
      return new Counts(List.copyOf(sum));
    }

    boolean accepted(int samples) {
      try {
        var unused =
            new ProbeReport(
                "v1",
                "r",
                1,
                3,
                side(samples, values.get(0), values.get(1)),
                side(samples, values.get(2), values.get(3)),
                new Pairs(
                    values.get(4),
                    values.get(5),
                    values.get(6),
                    values.get(7),
                    values.get(4) > 0 ? ONE : null,
                    values.get(4) > 0 ? ONE : null),
                Map.of());
        return unused.round() == 1;
      } catch (IllegalArgumentException e) {
        return false;
      }
    }

    private static Side side(int requests, int errors, int correct) {
      Estimate time = requests > errors ? ONE : null;
      return new Side(requests, errors, correct, time, time, errors > 0 ? "x" : null);
    }
  }

  /**
   * What one sample adds to baseline errors and right answers, candidate errors and right answers,
   * pairs, agreements, pairs that only the baseline and only the candidate got right.
   */
  private static final List<List<Integer>> OUTCOMES =
      List.of(
          List.of(1, 0, 1, 0, 0, 0, 0, 0), // both fail
          List.of(1, 0, 0, 1, 0, 0, 0, 0), // baseline fails, candidate right
          List.of(1, 0, 0, 0, 0, 0, 0, 0), // baseline fails, candidate wrong
          List.of(0, 1, 1, 0, 0, 0, 0, 0), // baseline right, candidate fails
          List.of(0, 0, 1, 0, 0, 0, 0, 0), // baseline wrong, candidate fails
          List.of(0, 1, 0, 1, 1, 1, 0, 0), // both right
          List.of(0, 1, 0, 0, 1, 0, 1, 0), // only baseline right
          List.of(0, 0, 0, 1, 1, 0, 0, 1), // only candidate right
          List.of(0, 0, 0, 0, 1, 1, 0, 0), // both wrong, alike
          List.of(0, 0, 0, 0, 1, 0, 0, 0)); // both wrong, otherwise

  /** Every combination of counts of three samples: accepted exactly when samples can give it. */
  @Test
  void acceptsExactlyTheCountsThatSamplesCanGive() {
    Set<Counts> possible = new HashSet<>();
    var none = new Counts(List.of(0, 0, 0, 0, 0, 0, 0, 0));
    for (var first : OUTCOMES) {
      for (var second : OUTCOMES) {
        for (var third : OUTCOMES) {
          possible.add(none.plus(first).plus(second).plus(third));
        }
      }
    }
    int accepted = 0;
    for (int code = 0; code < 1 << 16; code++) {
      var counts = new ArrayList<Integer>();
      for (int digit = 0; digit < 8; digit++) {
        counts.add(code >> (2 * digit) & 3);
      }
      var candidate = new Counts(List.copyOf(counts));
      boolean expected = possible.contains(candidate);
      assertThat(candidate.accepted(3)).as("%s", counts).isEqualTo(expected);
      accepted += expected ? 1 : 0;
    }
    assertThat(accepted).isEqualTo(possible.size());
  }

  private static void assertRefused(String json, String expected) {
    assertThatThrownBy(() -> ProbeReport.parse(json))
        .as("'%s'", json)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("probe report")
        .hasMessageContaining(expected);
  }
}
