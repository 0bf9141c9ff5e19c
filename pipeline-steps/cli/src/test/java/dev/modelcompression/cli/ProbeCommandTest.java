package dev.modelcompression.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.modelcompression.api.release.ReleaseMetric;
import dev.modelcompression.cli.probe.FakeServer;
import dev.modelcompression.cli.probe.FakeServer.Response;
import dev.modelcompression.contract.ContractJson;
import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.contract.InputsRequest;
import dev.modelcompression.contract.ProbeReport;
import dev.modelcompression.contract.ProbeReport.Answer;
import dev.modelcompression.contract.ProbeReport.Answers;
import dev.modelcompression.contract.ProbeRequest;
import dev.modelcompression.contract.ProbeRequest.Endpoint;
import dev.modelcompression.contract.ProbeRequest.Prometheus;
import dev.modelcompression.contract.ProbeRequest.Query;
import dev.modelcompression.contract.ReleaseRound;
import dev.modelcompression.contract.TerminationMessage;
import dev.modelcompression.data.Digests;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code mc probe} against servers over the network. */
class ProbeCommandTest {
  private static final ReleaseMetric LIMIT =
      new ReleaseMetric("accuracy", null, null, 0.01, null, null, null);

  private static final int SAMPLES = 100;

  /** Long enough for a busy machine. */
  private static final int TIMEOUT = 20_000;

  @TempDir Path folder;

  private Path data = Path.of("");

  @BeforeEach
  void writeData() throws IOException {
    data = folder.resolve("test.npz");
    var random = new Random(7);
    var values = new float[SAMPLES * 4];
    var labels = new long[SAMPLES];
    for (int i = 0; i < SAMPLES; i++) {
      labels[i] = random.nextInt(4);
      for (int j = 0; j < 4; j++) {
        values[4 * i + j] = random.nextFloat() + (j == labels[i] ? 1 : 0);
      }
    }
    TinyInputs.npz(data, new long[] {SAMPLES, 2, 2}, values, labels);
  }

  @Test
  void theSameModelTwiceIsTheSame() throws IOException {
    try (var baseline = FakeServer.echo();
        var candidate = FakeServer.echo()) {
      var report = probe(baseline.url(), candidate.url(), 20);

      assertThat(report.population()).isEqualTo(SAMPLES);
      for (var side : new ProbeReport.Side[] {report.baseline(), report.candidate()}) {
        assertThat(side.requests()).isEqualTo(SAMPLES);
        assertThat(side.errors()).isZero();
        assertThat(side.correct()).isEqualTo(SAMPLES);
      }
      assertThat(report.pairs().count()).isEqualTo(SAMPLES);
      assertThat(report.pairs().agree()).isEqualTo(SAMPLES);
      assertThat(candidate.requests()).isEqualTo(SAMPLES + 20);
      assertThat(candidate.targets()).containsOnly("/base/v2/models/m/infer");
      assertThat(candidate.hosts()).containsOnly("candidate.example.com");
      assertThat(candidate.connections()).as("connections are kept").isLessThan(SAMPLES / 5);
    }
  }

  @Test
  void aWrongCandidateIsSeenInPairs() throws IOException {
    try (var baseline = FakeServer.echo();
        var candidate =
            FakeServer.of(
                (number, body) ->
                    Response.ok(
                        number % 10 == 0
                            ? FakeServer.scores(body).replace("\"data\":[", "\"data\":[9,")
                            : FakeServer.scores(body)))) {
      var report = probe(baseline.url(), candidate.url(), 0);

      // Nine before all others shifts the classes by one: never right, unless the label is 0.
      int wrong = SAMPLES - report.candidate().correct();
      assertThat(wrong).isBetween(1, 10);
      assertThat(report.pairs().onlyBaselineRight()).isEqualTo(wrong);
      assertThat(report.pairs().onlyCandidateRight()).isZero();
      assertThat(report.pairs().agree()).isEqualTo(SAMPLES - wrong);
      assertThat(report.candidate().errors()).isZero();
    }
  }

  @Test
  void errorsAreCountedBesideWhatIsRight() throws IOException {
    try (var baseline = FakeServer.echo();
        var candidate =
            FakeServer.of(
                (number, body) ->
                    number % 20 == 0
                        ? new Response(503, "{\"error\":\"busy\"}")
                        : Response.ok(FakeServer.scores(body)))) {
      var report = probe(baseline.url(), candidate.url(), 0);

      assertThat(report.candidate().errors()).isEqualTo(5);
      assertThat(report.candidate().correct()).isEqualTo(95);
      assertThat(report.candidate().failure()).isEqualTo("HTTP 503");
      assertThat(report.pairs().count()).isEqualTo(95);
      assertThat(report.baseline().errors()).isZero();
    }
  }

  @Test
  void aSlowCandidateIsMeasured() throws IOException {
    try (var baseline = FakeServer.echo();
        var candidate =
            FakeServer.of(
                (number, body) -> {
                  Thread.sleep(30);
                  return Response.ok(FakeServer.scores(body));
                })) {
      var report = probe(baseline.url(), candidate.url(), 4);

      var fast = Objects.requireNonNull(report.baseline().p50());
      var slow = Objects.requireNonNull(report.candidate().p50());
      var ratio = Objects.requireNonNull(report.pairs().p50Ratio());
      assertThat(slow.value()).isGreaterThan(30);
      assertThat(ratio.value()).isCloseTo(slow.value() / fast.value(), within(1e-6));
      assertThat(ratio.logError()).isLessThan(100);
    }
  }

  @Test
  void aDeadCandidateIsEvidence() throws IOException {
    String gone;
    try (var candidate = FakeServer.echo()) {
      gone = candidate.url();
    }
    try (var baseline = FakeServer.echo()) {
      var report = probe(baseline.url(), gone, 20);

      assertThat(report.candidate().errors()).isEqualTo(SAMPLES);
      assertThat(report.candidate().failure()).isEqualTo("connection refused");
      assertThat(report.baseline().correct()).isEqualTo(SAMPLES);
      assertThat(report.pairs().count()).isZero();
    }
  }

  /** The headers come, the answer never ends. */
  @Test
  void aCandidateThatHangsTimesOut() throws IOException {
    try (var baseline = FakeServer.echo();
        var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var server =
          new Thread(
              () -> {
                try (var connection = socket.accept()) {
                  connection
                      .getOutputStream()
                      .write(
                          "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"
                              .getBytes(StandardCharsets.US_ASCII));
                  connection.getInputStream().transferTo(OutputStream.nullOutputStream());
                } catch (IOException e) {
                  // The probe went away.
                }
              });
      server.start();
      var request =
          request(
              baseline.url(), "http://127.0.0.1:" + socket.getLocalPort(), 0, null, 1, 1, 2_000);

      var report = ProbeReport.parse(run(ExitCode.DONE, request));

      assertThat(report.candidate().failure()).isEqualTo("timed out");
      assertThat(report.candidate().errors()).isEqualTo(1);
    }
  }

  @Test
  void whenTimeIsOverTheRestIsNotAsked() throws IOException {
    try (var baseline = FakeServer.echo();
        var candidate = FakeServer.echo()) {
      var asked = request(baseline.url(), candidate.url(), 0, null, SAMPLES, 1, TIMEOUT);

      assertThat(ProbeReport.parse(run(ExitCode.DONE, asked)).baseline().requests())
          .isBetween(1, SAMPLES - 1);
    }
  }

  @Test
  void prometheusIsAskedForBothSides() throws IOException {
    try (var server = FakeServer.echo();
        var metrics =
            FakeServer.of(
                (number, body) ->
                    Response.ok(
                        "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":["
                            + (number == 0 ? "{\"value\":[1,\"42\"]}" : "")
                            + "]}}"))) {
      var prometheus = new Prometheus(metrics.url(), Map.of("lag", new Query("a", "b")));
      var asked = request(server.url(), server.url(), 0, prometheus, 2, 60_000, TIMEOUT);

      var report = ProbeReport.parse(run(ExitCode.DONE, asked));

      assertThat(asked.answeredBy(report).queries())
          .containsExactly(
              Map.entry("lag", new Answers(Answer.of(42), Answer.failed("no sample"))));
    }
  }

  @Test
  void aRoundIsKeptWhereTheRequestSays() throws IOException {
    try (var server = FakeServer.echo()) {
      var asked = archived(server.url(), folder.resolve("work/releases/f/r-1"));

      var report = ProbeReport.parse(run(ExitCode.DONE, asked));

      var kept =
          ReleaseRound.parse(
              Files.readString(folder.resolve("work/releases/f/r-1/round-0001.json")));
      assertThat(kept.report()).isEqualTo(report);
      assertThat(kept.weight()).isEqualTo(50);
      assertThat(kept.traffic()).isTrue();
      assertThat(kept.metrics()).containsExactly(LIMIT);
    }
  }

  @Test
  void aMeasurementThatCannotBeKeptCountsAllTheSame() throws IOException {
    try (var server = FakeServer.echo()) {
      var asked =
          archived(server.url(), Files.writeString(folder.resolve("file"), "").resolve("r"));

      assertThat(ProbeReport.parse(run(ExitCode.DONE, asked)).pairs().agree()).isEqualTo(SAMPLES);
    }
  }

  private ProbeRequest archived(String url, Path place) {
    var plain = request(url, url, 0, null, SAMPLES, 60_000, TIMEOUT);
    return new ProbeRequest(
        plain.version(),
        plain.runId(),
        plain.round(),
        plain.dataset(),
        plain.baseline(),
        plain.candidate(),
        plain.samples(),
        plain.asked(),
        plain.warmup(),
        plain.seed(),
        plain.concurrency(),
        plain.timeoutMillis(),
        plain.durationMillis(),
        null,
        new ProbeRequest.Archive(place.toUri().toString(), 50, true, List.of(LIMIT)));
  }

  @Test
  void dataThatCannotBeUsedIsNoEvidence() throws IOException {
    var good = request("http://127.0.0.1:1", "http://127.0.0.1:1", 0, null, 1, 1000, 1000);
    assertFails(ExitCode.BAD_INPUT, with(good, folder + "/none.npz", null), "no such file");
    assertFails(
        ExitCode.BAD_INPUT,
        with(good, data.toString(), "sha256:" + "0".repeat(64)),
        "content has digest " + Digests.of(data));
    var unlabelled = folder.resolve("unlabelled.npz");
    try (var in = new ZipFile(data.toFile());
        var out = new ZipOutputStream(Files.newOutputStream(unlabelled))) {
      out.putNextEntry(new ZipEntry("input.npy"));
      in.getInputStream(in.getEntry("input.npy")).transferTo(out);
    }
    assertFails(ExitCode.BAD_INPUT, with(good, unlabelled.toString(), null), "no array 'labels'");
    assertThat(
            TerminationMessage.parse(run(ExitCode.BAD_REQUEST, Map.of("version", "v1"))).message())
        .startsWith("probe request");
  }

  @Test
  void byHandItPrintsATable() {
    try (var baseline = FakeServer.echo();
        var candidate = FakeServer.echo()) {
      Object[] command = {
        "probe",
        "--baseline",
        baseline.url(),
        "--candidate",
        candidate.url(),
        "--model",
        "m",
        "--data",
        data,
        "--samples",
        50,
        "--candidate-header",
        "Host: a.example.com"
      };

      var ended = InProcess.mc(command);

      assertThat(ended.exit()).as(ended.err()).isZero();
      assertThat(ended.out().lines())
          .anySatisfy(
              line ->
                  assertThat(line)
                      .matches("accuracy +1\\.0000 +1\\.0000 +drop 0\\.0000 \\[-0\\.07.*"))
          .anySatisfy(line -> assertThat(line).matches("p50 ms +[0-9.]+ +[0-9.]+ +ratio .*"))
          .anySatisfy(line -> assertThat(line).matches("errors +0 +0"));
      assertThat(candidate.hosts()).containsOnly("a.example.com");
    }
  }

  @Test
  void byHandItSaysWhatIsMissing() {
    assertMissing("--model is missing", "--baseline", "http://a", "--data", data);
    assertMissing(
        "--candidate is missing", "--baseline", "http://a", "--data", data, "--model", "m");
    assertMissing(
        "--timeout is 0.0",
        "--baseline",
        "http://a",
        "--candidate",
        "http://b",
        "--data",
        data,
        "--model",
        "m",
        "--timeout",
        "0");
    assertMissing(
        "header 'x'",
        "--baseline",
        "http://a",
        "--candidate",
        "http://b",
        "--data",
        data,
        "--model",
        "m",
        "--baseline-header",
        "x");
    assertMissing("no probe request: name a file with --request, or set MC_PROBE_REQUEST");
  }

  private static void assertMissing(String expected, Object... flags) {
    var command = new Object[flags.length + 1];
    command[0] = "probe";
    System.arraycopy(flags, 0, command, 1, flags.length);
    var ended = InProcess.mc(command);
    assertThat(ended.exit()).isEqualTo(ExitCode.BAD_REQUEST.code());
    assertThat(ended.err()).contains("mc: " + expected);
  }

  private void assertFails(ExitCode exit, ProbeRequest request, String expected)
      throws IOException {
    assertThat(TerminationMessage.parse(run(exit, request)).message()).contains(expected);
  }

  private ProbeReport probe(String baseline, String candidate, int warmup) throws IOException {
    var asked = request(baseline, candidate, warmup, null, SAMPLES, 60_000, TIMEOUT);
    return asked.answeredBy(ProbeReport.parse(run(ExitCode.DONE, asked)));
  }

  private ProbeRequest request(
      String baseline,
      String candidate,
      int warmup,
      @Nullable Prometheus prometheus,
      int samples,
      int duration,
      int timeout) {
    return new ProbeRequest(
        "v1",
        "r-1",
        1,
        new InputsRequest.File(data.toString(), Digests.of(data)),
        new Endpoint(baseline, Map.of(), "m"),
        new Endpoint(candidate + "/base/", Map.of("Host", "candidate.example.com"), "m"),
        samples,
        0,
        warmup,
        7,
        3,
        timeout,
        duration,
        prometheus,
        null);
  }

  private static ProbeRequest with(ProbeRequest good, String uri, @Nullable String digest) {
    return new ProbeRequest(
        good.version(),
        good.runId(),
        good.round(),
        new InputsRequest.File(uri, digest),
        good.baseline(),
        good.candidate(),
        good.samples(),
        good.asked(),
        good.warmup(),
        good.seed(),
        good.concurrency(),
        good.timeoutMillis(),
        good.durationMillis(),
        good.prometheus(),
        good.archive());
  }

  /** What the command leaves as its termination message. */
  private String run(ExitCode expected, Object request) throws IOException {
    Path file = Files.writeString(folder.resolve("request.json"), ContractJson.write(request));
    Path log = folder.resolve("termination-log");
    Files.deleteIfExists(log);
    var ended = InProcess.mc("probe", "--request", file, "--termination-log", log);
    assertThat(ended.exit()).as(ended.err()).isEqualTo(expected.code());
    return Files.readString(log);
  }
}
