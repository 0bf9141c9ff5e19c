package dev.modelcompression.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.modelcompression.cli.report.release.SampleRelease;
import dev.modelcompression.contract.Artifact;
import dev.modelcompression.contract.ContractJson;
import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.contract.ReleaseRound;
import dev.modelcompression.contract.TerminationMessage;
import dev.modelcompression.data.Digests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The report of a release is written from what probes have kept. */
class ReleaseReportCommandTest {
  @TempDir Path folder;
  private Path run;
  private String uri;

  @BeforeEach
  void place() {
    run = folder.resolve("releases/fashion/r-1");
    uri = run.toUri().toString();
  }

  @Test
  void writesPageAndDataBesideTheRounds() throws IOException {
    var sample = SampleRelease.promoted();
    sample.keep(run);

    var message = run(ExitCode.DONE, sample);

    assertThat(message.message()).isEqualTo("7 of 7 measurements");
    for (String name : new String[] {"release.html", "release.json"}) {
      var written = message.outputs().get(name);
      assertThat(written)
          .isEqualTo(
              new Artifact(
                  name, name, Digests.of(run.resolve(name)), Files.size(run.resolve(name))));
    }
    assertThat(Files.readString(run.resolve("release.html"))).contains("<h2>Promoted</h2>");
    JsonNode data = new ObjectMapper().readTree(run.resolve("release.json").toFile());
    assertThat(data.path("complete").asBoolean()).isTrue();
    assertThat(data.path("rounds")).hasSize(7);
    assertThat(data.at("/request/candidate/digest").asText()).startsWith("sha256:43");
    try (var left = Files.list(run)) {
      assertThat(left).hasSize(9);
    }
  }

  @Test
  void whatIsMissingOrForeignIsTold() throws IOException {
    var sample = SampleRelease.promoted();
    sample.keep(run);
    Files.delete(run.resolve(ReleaseRound.fileName(2)));
    Files.copy(run.resolve(ReleaseRound.fileName(1)), run.resolve(ReleaseRound.fileName(2)));
    Files.delete(run.resolve(ReleaseRound.fileName(3)));
    Files.writeString(run.resolve(ReleaseRound.fileName(4)), "{\"version\": \"v1\"}");
    Files.writeString(run.resolve(ReleaseRound.fileName(5)), "x".repeat(1 << 16));
    Files.delete(run.resolve(ReleaseRound.fileName(6)));
    Files.createSymbolicLink(
        run.resolve(ReleaseRound.fileName(6)), run.resolve(ReleaseRound.fileName(7)));

    var message = run(ExitCode.DONE, sample);

    assertThat(message.message())
        .isEqualTo("2 of 7 measurements; the others are not in the workspace");
    assertThat(Files.readString(run.resolve("release.html")))
        .contains("Of 5 of 7 measurements nothing is in the workspace")
        .contains("2 (is about another measurement)")
        .contains("3 (nothing was kept)")
        .contains("field &#39;")
        .contains("5 (round-0005.json: has more than 32768 bytes)")
        .contains("6 (round-0006.json: is no plain file)")
        .contains("can differ from what was decided");
  }

  @Test
  void aWorkspaceThatIsAwayIsSaid() throws IOException {
    Files.writeString(folder.resolve("releases"), "a file where the folder should be");

    var message = run(ExitCode.TRY_AGAIN, SampleRelease.takenBack());

    assertThat(message.message()).contains("release.json: cannot be written");
  }

  @Test
  void aRequestThatIsNoneIsRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("request.json"), "{\"version\": \"v1\"}");
    var ended = InProcess.mc("release-report", "--request", file);
    assertThat(ended.exit()).isEqualTo(ExitCode.BAD_REQUEST.code());
    assertThat(ended.err()).contains("release report request");
  }

  private TerminationMessage run(ExitCode expected, SampleRelease sample) throws IOException {
    Path file =
        Files.writeString(folder.resolve("request.json"), ContractJson.write(sample.request(uri)));
    Path log = folder.resolve("termination-log");
    var ended = InProcess.mc("release-report", "--request", file, "--termination-log", log);
    assertThat(ended.exit()).as(ended.err()).isEqualTo(expected.code());
    return TerminationMessage.parse(Files.readString(log));
  }
}
