package dev.modelcompression.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelcompression.contract.WriteBackReport.Result;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class WriteBackReportTest {
  private static final String COMMIT = "0123456789".repeat(4);
  private static final String BRANCH = "model-release/resnet-r-1-promoted";
  private static final String URL = "https://git.example.com/team/fleet/-/merge_requests/7";

  @ParameterizedTest
  @EnumSource
  void isReadAndWrittenAlike(Result result) {
    var report = WriteBackReport.done(result, "told", COMMIT, BRANCH, URL);

    assertThat(WriteBackReport.parse(report.toJson())).isEqualTo(report);
  }

  @Test
  void aFailureHasNoResult() {
    var report = WriteBackReport.failed(ExitCode.TRY_AGAIN, "the server is away");

    assertThat(WriteBackReport.parse(report.toJson())).isEqualTo(report);
    assertThat(report.result()).isNull();
  }

  @Test
  void alwaysFits() {
    String widest = "𝄞\"".repeat(1024);
    var report =
        WriteBackReport.done(
            Result.COMMITTED,
            widest,
            "f".repeat(64),
            "ü".repeat(512),
            "https://h/" + "x".repeat(502));

    assertThat(report.toJson().getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(4096);
    assertThat(WriteBackReport.parse(report.toJson()).commit()).isEqualTo(report.commit());
    assertThatThrownBy(() -> WriteBackReport.parse(report.toJson() + " ".repeat(4096)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected at most 4096");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'version':'v2','exit':75,'message':''}",
        "{'version':'v1','exit':0,'message':''}",
        "{'version':'v1','exit':75,'message':'','result':'Committed','commit':'%s'}",
        "{'version':'v1','exit':0,'message':'','result':'Committed'}",
        "{'version':'v1','exit':0,'message':'','result':'Done'}",
        "{'version':'v1','exit':0,'message':'','result':'Committed','commit':'HEAD'}",
        "{'version':'v1','exit':0,'message':'','result':'AlreadyThere','url':'javascript:alert(1)'}",
        "{'version':'v1','exit':0,'message':'','result':'AlreadyThere','url':'https://u:p@h/x'}",
        "{'version':'v1','exit':0,'message':'','result':'AlreadyThere','url':'https://h/<b>'}",
        "{'version':'v1','exit':0,'message':'','result':'AlreadyThere','branch':'a\\nb'}",
        "{'version':'v1','exit':0,'message':'','result':'AlreadyThere','more':1}",
        "{'version':'v1','exit':1,'message':''}",
      })
  void refusesWhatIsNotExactlyAReport(String json) {
    assertThatThrownBy(() -> WriteBackReport.parse(json.formatted(COMMIT).replace('\'', '"')))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("write-back report");
  }

  @Test
  void answersTheRequestThatWasMade() {
    var request =
        new WriteBackRequest(
            "v1",
            "r-1",
            WriteBackRequest.Outcome.PROMOTED,
            new InputsRequest.File("s3://m/n.onnx", "sha256:" + "1".repeat(64)),
            null,
            "https://git.example.com/team/fleet.git",
            "main",
            "m.yaml",
            new WriteBackRequest.Document(WriteBackRequest.Kind.MODEL_RELEASE, "vision", "resnet"),
            null,
            null);

    var committed = WriteBackReport.done(Result.COMMITTED, "", COMMIT, "main", null);
    assertThat(committed.requireAnswerTo(request)).isSameAs(committed);
    assertRefused(
        WriteBackReport.done(Result.COMMITTED, "", COMMIT, "production", null),
        request,
        "branch is 'production', expected 'main'");
    assertRefused(
        WriteBackReport.done(Result.PULL_REQUEST_MERGED, "", null, null, null),
        request,
        "is about a pull request");
  }

  private static void assertRefused(
      WriteBackReport report, WriteBackRequest request, String expected) {
    assertThatThrownBy(() -> report.requireAnswerTo(request))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(expected);
  }
}
