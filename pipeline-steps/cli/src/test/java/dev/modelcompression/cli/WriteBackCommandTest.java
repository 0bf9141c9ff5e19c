package dev.modelcompression.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.contract.ContractJson;
import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.contract.InputsRequest;
import dev.modelcompression.contract.WriteBackReport;
import dev.modelcompression.contract.WriteBackRequest;
import dev.modelcompression.contract.WriteBackRequest.Document;
import dev.modelcompression.contract.WriteBackRequest.Kind;
import dev.modelcompression.contract.WriteBackRequest.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Kubernetes is told by a write-back that fails. */
class WriteBackCommandTest {
  @TempDir Path folder;

  @Test
  void aServerThatIsAwayIsTriedAgain() throws IOException {
    assertThat(run(ExitCode.TRY_AGAIN, request("https://localhost:1/fleet.git")).message())
        .startsWith("https://localhost:1/fleet.git: cannot be reached");
  }

  @Test
  void whatIsWrongWithTheRequestIsNot() throws IOException {
    assertThat(run(ExitCode.BAD_REQUEST, request("ssh://git@localhost/fleet.git")).message())
        .contains("put ssh-privatekey into the Secret");
    assertThat(run(ExitCode.BAD_REQUEST, Map.of("version", "v1")).message())
        .startsWith("write-back request");
  }

  private WriteBackReport run(ExitCode expected, Object request) throws IOException {
    Path file = Files.writeString(folder.resolve("request.json"), ContractJson.write(request));
    Path log = folder.resolve("termination-log");
    var ended =
        InProcess.mc(
            "write-back",
            "--request",
            file,
            "--termination-log",
            log,
            "--credential",
            folder.resolve("none"));
    assertThat(ended.exit()).as(ended.err()).isEqualTo(expected.code());
    var report = WriteBackReport.parse(Files.readString(log));
    assertThat(report.exit()).isEqualTo(expected);
    return report;
  }

  private static WriteBackRequest request(String repository) {
    return new WriteBackRequest(
        "v1",
        "r-1",
        Outcome.REJECTED,
        new InputsRequest.File("s3://models/new.onnx", "sha256:" + "1".repeat(64)),
        null,
        repository,
        "main",
        "release.yaml",
        new Document(Kind.MODEL_RELEASE, "vision", "resnet"),
        null,
        null);
  }
}
