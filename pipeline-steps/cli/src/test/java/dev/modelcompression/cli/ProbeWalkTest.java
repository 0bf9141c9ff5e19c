package dev.modelcompression.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.cli.probe.FakeServer;
import dev.modelcompression.cli.probe.FakeServer.Response;
import dev.modelcompression.cli.probe.ProbeRound;
import dev.modelcompression.cli.step.StepInputs;
import dev.modelcompression.contract.InputsRequest;
import dev.modelcompression.contract.ProbeReport;
import dev.modelcompression.contract.ProbeRequest;
import dev.modelcompression.contract.ProbeRequest.Endpoint;
import dev.modelcompression.data.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rounds that are cut short by their time, one after the other. */
class ProbeWalkTest {
  private static final int SAMPLES = 20;

  private final List<String> asked = new CopyOnWriteArrayList<>();

  @TempDir Path folder;

  @BeforeEach
  void writeData() throws IOException {
    var values = new float[SAMPLES * 4];
    IntStream.range(0, values.length).forEach(i -> values[i] = i);
    TinyInputs.npz(
        folder.resolve("test.npz"), new long[] {SAMPLES, 2, 2}, values, new long[SAMPLES]);
  }

  @Test
  void noSampleIsAskedAgainBeforeAllWereAsked() {
    try (var baseline = FakeServer.echo();
        var candidate =
            FakeServer.of(
                (number, body) -> {
                  asked.add(body.toString());
                  Thread.sleep(10);
                  return Response.ok(FakeServer.scores(body));
                })) {
      int before = 0;
      for (int round = 1; before < SAMPLES; round++) {
        var report = run(baseline.url(), candidate.url(), round, before, 15);
        assertThat(report.candidate().requests()).isBetween(1, 7);
        before += report.candidate().requests();
      }
      assertThat(asked).hasSize(before);
      assertThat(asked.subList(0, SAMPLES)).doesNotHaveDuplicates();
    }
  }

  private ProbeReport run(String baseline, String candidate, int round, long before, int millis) {
    return ProbeRound.run(
        new ProbeRequest(
            "v1",
            "r-1",
            round,
            new InputsRequest.File("test.npz", null),
            new Endpoint(baseline, Map.of(), "m"),
            new Endpoint(candidate, Map.of(), "m"),
            7,
            before,
            0,
            7,
            1,
            20_000,
            millis,
            null,
            null),
        new StepInputs(folder),
        Progress.NONE);
  }
}
