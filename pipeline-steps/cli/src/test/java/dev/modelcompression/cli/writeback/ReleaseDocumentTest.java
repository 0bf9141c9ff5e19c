package dev.modelcompression.cli.writeback;

import static dev.modelcompression.cli.writeback.Requests.DIGEST;
import static dev.modelcompression.cli.writeback.Requests.OLD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelcompression.contract.WriteBackRequest.Kind;
import dev.modelcompression.contract.WriteBackRequest.Outcome;
import dev.modelcompression.data.InvalidDataException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Only the values concerned change; every other byte stays. */
class ReleaseDocumentTest {
  private static final String HEAD =
      """
      apiVersion: modelcompression.dev/v1alpha1
      kind: ModelRelease
      metadata: {name: resnet, namespace: vision}
      """;

  private static final String MULTI =
      """
      # One file, many documents. 𝄞
      %YAML 1.1
      ---
      apiVersion: v1
      kind: Namespace
      metadata: {name: vision}
      ---
      apiVersion: modelcompression.dev/v1alpha1
      kind: ModelRelease
      metadata:
        name: resnet   # another namespace
        namespace: staging
      spec: {baseline: {model: {uri: s3://models/old.onnx, digest: OLD}}}
      ---
      apiVersion: modelcompression.dev/v1alpha1
      kind: ModelRelease
      metadata:
        name: resnet
        namespace: "vision"
      spec:
        # Pinned by hand in May. 𝄞𝄞

        baseline:
            model:
                "uri":   's3://models/old.onnx'   # the old one
                digest: "OLD"  # see above
        analysis: &limits
          metrics: [{name: errorRate, max: 0.010}]
        other: *limits
        text: |
          kept as it is

      # the end
      ...
      """
          .replace("OLD", OLD)
          .replaceFirst("%YAML 1.1\n", "");

  @Test
  void pinsTheModelAmongManyDocuments() {
    assertThat(promoted(MULTI))
        .isEqualTo(
            MULTI
                .replace("'s3://models/old.onnx'", "'s3://models/new.onnx'")
                .replace('"' + OLD + '"', '"' + DIGEST + '"'));
  }

  @Test
  void deniesTheModelAmongManyDocuments() {
    assertThat(rejected(MULTI))
        .isEqualTo(
            MULTI.replace(
                "# see above\n", "# see above\n  denyDigests:\n  - %s\n".formatted(DIGEST)));
  }

  /** It begins at the model that was compressed, which the release does not repeat. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "\n    analysis:\n      interval: 1m\n    traffic:\n      weights:\n      - 10\n      - 100",
        "{traffic: {weights: [10, 100]}, analysis: {interval: 1m}",
        "{\"traffic\": {\"weights\": [10, 100]}, \"analysis\": {\"interval\": \"1m\"}"
      })
  void addsTheBaselineThatACompressionDoesNotName(String release) {
    String text =
        "apiVersion: modelcompression.dev/v1alpha1\nkind: ModelCompression\n"
            + "metadata: {name: resnet}\nspec:\n  release: "
            + release
            + (release.startsWith("{") ? "}" : "")
            + "\n  seed: 7 # the end\n";
    String edited =
        new ReleaseDocument(text, Requests.of(Outcome.PROMOTED, Kind.MODEL_COMPRESSION)).edited();
    String added =
        release.startsWith("\n")
            ? "\n    baseline: {model: {uri: s3://models/new.onnx, digest: NEW}}"
            : release.startsWith("{\"")
                ? ", \"baseline\": {\"model\": {\"uri\": \"s3://models/new.onnx\", \"digest\": \"NEW\"}}"
                : ", baseline: {model: {uri: s3://models/new.onnx, digest: NEW}}";
    assertThat(edited).isEqualTo(text.replace(release, release + added.replace("NEW", DIGEST)));
  }

  static Stream<Arguments> promotions() {
    return Stream.of(
        Arguments.of(
            "{baseline: {model: {uri: a.onnx, digest: OLD}}, candidate: {}}",
            "{baseline: {model: {uri: s3://models/new.onnx, digest: NEW}}, candidate: {}}"),
        Arguments.of(
            "{baseline: {model: {uri: a.onnx}}}",
            "{baseline: {model: {uri: s3://models/new.onnx, digest: NEW}}}"),
        Arguments.of(
            "\n  baseline:\n    model:\n      uri: a.onnx # one\n    # two\n",
            "\n  baseline:\n    model:\n      uri: s3://models/new.onnx # one\n      digest: NEW\n    # two\n"),
        Arguments.of(
            "\n  baseline:\n    model:\n      uri: a.onnx",
            "\n  baseline:\n    model:\n      uri: s3://models/new.onnx\n      digest: NEW"),
        Arguments.of(
            "\r\n  baseline:\r\n    model:\r\n      uri: a.onnx\r\n  suspend: no\r\n",
            "\r\n  baseline:\r\n    model:\r\n      uri: s3://models/new.onnx\r\n      digest: NEW\r\n  suspend: no\r\n"),
        Arguments.of(
            "\n  baseline:\n    model:\n      uri: >-\n        a.onnx\n\n      digest: OLD\n",
            "\n  baseline:\n    model:\n      uri: s3://models/new.onnx\n\n      digest: NEW\n"),
        Arguments.of(
            "\n  baseline:\n    model:\n      digest:\n      uri: a.onnx\n",
            "\n  baseline:\n    model:\n      digest: NEW\n      uri: s3://models/new.onnx\n"),
        Arguments.of(
            "\n \"baseline\": {\n  \"model\": {\"uri\": \"a.onnx\"} }\n",
            "\n \"baseline\": {\n  \"model\": {\"uri\": \"s3://models/new.onnx\", \"digest\": \"NEW\"} }\n"));
  }

  @ParameterizedTest
  @MethodSource("promotions")
  void keepsTheLayoutOfABaseline(String before, String after) {
    assertThat(promoted(HEAD + "spec: " + before)).isEqualTo(HEAD + "spec: " + filled(after));
  }

  static Stream<Arguments> rejections() {
    return Stream.of(
        Arguments.of(
            "{baseline: {}, candidate: {}}", "{baseline: {}, denyDigests: [NEW], candidate: {}}"),
        Arguments.of("{denyDigests: []}", "{denyDigests: [NEW]}"),
        Arguments.of("{denyDigests: [OLD]}", "{denyDigests: [OLD, NEW]}"),
        Arguments.of("{denyDigests: ['OLD']}", "{denyDigests: ['OLD', 'NEW']}"),
        Arguments.of(
            "\n  denyDigests:\n  suspend: false\n", "\n  denyDigests: [NEW]\n  suspend: false\n"),
        Arguments.of("\n  denyDigests: null # none\n", "\n  denyDigests: [NEW] # none\n"),
        Arguments.of(
            "\n  denyDigests:\n  - OLD # why\n  # more\n  suspend: false\n",
            "\n  denyDigests:\n  - OLD # why\n  - NEW\n  # more\n  suspend: false\n"),
        Arguments.of(
            "\n  denyDigests:\n      - \"OLD\"\n",
            "\n  denyDigests:\n      - \"OLD\"\n      - \"NEW\"\n"),
        Arguments.of("\n    suspend: false", "\n    suspend: false\n    denyDigests:\n    - NEW"));
  }

  @ParameterizedTest
  @MethodSource("rejections")
  void keepsTheLayoutOfTheList(String before, String after) {
    assertThat(rejected(HEAD + "spec: " + filled(before)))
        .isEqualTo(HEAD + "spec: " + filled(after));
  }

  @Test
  void isDoneOnce() {
    assertThat(promoted(promoted(MULTI))).isEqualTo(promoted(MULTI));
    assertThat(rejected(rejected(MULTI))).isEqualTo(rejected(MULTI));
  }

  @Test
  void aCompressionHasItsReleaseBelow() {
    String text =
        """
        apiVersion: modelcompression.dev/v1alpha1
        kind: ModelCompression
        metadata: {name: resnet}
        spec:
          model: {uri: s3://models/old.onnx}
          release:
            baseline: {model: {uri: s3://models/old.onnx}}
        """;

    assertThat(edited(text, Outcome.PROMOTED, Kind.MODEL_COMPRESSION))
        .isEqualTo(
            text.replace(
                "    baseline: {model: {uri: s3://models/old.onnx}}",
                "    baseline: {model: {uri: s3://models/new.onnx, digest: %s}}"
                    .formatted(DIGEST)));
    assertThat(edited(text, Outcome.REJECTED, Kind.MODEL_COMPRESSION))
        .isEqualTo(text + "    denyDigests:\n    - " + DIGEST + "\n");
  }

  @Test
  void aDocumentWithoutNamespaceIsMeantWhenNoOtherIs() {
    String unnamed = MULTI.replace("  namespace: \"vision\"\n", "");

    assertThat(promoted(unnamed)).contains("'s3://models/new.onnx'");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "spec: [",
        "{{ if .Values.release }}",
        "kind: ModelRelease",
        HEAD + "spec: {}",
        HEAD + "spec: {baseline: {model: {}}}",
        HEAD + "spec: {baseline: {model: {uri: [a]}}}",
        HEAD + "spec: {baseline: {model: &m {uri: a, digest: b}}, candidate: {model: *m}}",
        HEAD + "spec: {candidate: {model: &m {uri: a, digest: b}}, baseline: {model: *m}}",
        HEAD + "spec: {baseline: {model: {uri: &u a, digest: b}}}",
        HEAD + "spec: {baseline: {model: {uri: a, uri: b, digest: c}}}",
        HEAD + "spec: {baseline: {model: {uri: a}}}\n---\n" + HEAD + "spec: {}",
      })
  void refusesWhatItCannotChangeAlone(String text) {
    assertThatThrownBy(() -> promoted(text)).isInstanceOf(InvalidDataException.class);
  }

  @Test
  void saysWhatIsMissing() {
    assertThatThrownBy(() -> promoted(HEAD + "spec: {baseline: {}}"))
        .hasMessage("ModelRelease vision/resnet: baseline.model is missing; add it once by hand");
    assertThatThrownBy(() -> promoted("a: 1\n---\nb: 2\n"))
        .hasMessage("has no document ModelRelease vision/resnet among 2");
    assertThatThrownBy(() -> rejected(HEAD + "spec: {denyDigests: none}"))
        .hasMessage("ModelRelease vision/resnet: denyDigests is no list");
  }

  private static String filled(String text) {
    return text.replace("OLD", OLD).replace("NEW", DIGEST);
  }

  private static String promoted(String text) {
    return edited(text, Outcome.PROMOTED, Kind.MODEL_RELEASE);
  }

  private static String rejected(String text) {
    return edited(text, Outcome.REJECTED, Kind.MODEL_RELEASE);
  }

  private static String edited(String text, Outcome outcome, Kind kind) {
    return new ReleaseDocument(text, Requests.of(outcome, kind)).edited();
  }
}
