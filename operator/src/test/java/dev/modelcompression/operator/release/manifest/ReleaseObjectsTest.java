package dev.modelcompression.operator.release.manifest;

import static dev.modelcompression.operator.release.manifest.Releases.BASELINE;
import static dev.modelcompression.operator.release.manifest.Releases.CANDIDATE;
import static dev.modelcompression.operator.release.manifest.Releases.SETTINGS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.api.release.ModelRelease;
import dev.modelcompression.api.release.status.Evidence;
import dev.modelcompression.api.release.status.HistoryEntry;
import dev.modelcompression.api.release.status.ModelReleaseStatus;
import dev.modelcompression.api.release.status.ReleasePhase;
import dev.modelcompression.api.release.status.Verdict;
import dev.modelcompression.api.status.Reason;
import dev.modelcompression.contract.ContractJson;
import dev.modelcompression.contract.InputsRequest;
import dev.modelcompression.contract.ReleaseReportRequest;
import dev.modelcompression.contract.StepRequest;
import dev.modelcompression.contract.WriteBackRequest;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What releases become, as files to look at. */
class ReleaseObjectsTest {
  private static final Path GOLDEN = Path.of("src/test/resources/releases");

  private final ModelRelease gateway = Releases.release(Releases.GATEWAY);
  private final ModelRelease foreign = Releases.release(Releases.FOREIGN);

  @Test
  void objectsAreAsShown() throws IOException {
    Map<String, String> made = new TreeMap<>();
    objects().forEach((name, object) -> made.put(name + ".yaml", Serialization.asYaml(object)));
    if (System.getProperty("generate") != null) {
      Files.createDirectories(GOLDEN);
      for (Map.Entry<String, String> file : made.entrySet()) {
        Files.writeString(GOLDEN.resolve(file.getKey()), file.getValue());
      }
    }
    Map<String, String> shown = new TreeMap<>();
    try (Stream<Path> files = Files.list(GOLDEN)) {
      for (Path file : files.toList()) {
        shown.put(String.valueOf(file.getFileName()), Files.readString(file));
      }
    }
    assertThat(made)
        .as(
            "to write them anew: mvn -pl operator -am test -Dtest=ReleaseObjectsTest -Dsurefire.failIfNoSpecifiedTests=false -Dgenerate")
        .isEqualTo(shown);
  }

  private Map<String, Object> objects() {
    Optional<Side> candidate = Optional.of(CANDIDATE);
    Map<String, Object> objects = new LinkedHashMap<>();
    objects.put("own-deployment", Workloads.deployment(gateway, BASELINE, 1, SETTINGS));
    objects.put(
        "own-deployment-of-an-object", Workloads.deployment(gateway, CANDIDATE, 1, SETTINGS));
    objects.put("own-service", Workloads.service(gateway, BASELINE));
    objects.put(
        "own-route-alone",
        Routes.route(gateway, BASELINE, Optional.empty(), 0, false, false, Optional.empty()));
    objects.put(
        "own-route-probing",
        Routes.route(gateway, BASELINE, candidate, 10, true, false, Optional.empty()));
    objects.put(
        "own-route-mirroring",
        Routes.route(gateway, BASELINE, candidate, 0, true, true, Optional.empty()));
    objects.put(
        "own-probe",
        ReleaseJobs.probe(
            gateway,
            "r-1",
            BASELINE,
            CANDIDATE,
            new ReleaseJobs.Round(7, 10, true),
            Endpoints.gateway(gateway, "http://gateway.infra:80"),
            SETTINGS));
    objects.put("foreign-deployment", Workloads.deployment(foreign, CANDIDATE, 3, SETTINGS));
    objects.put("foreign-service", Workloads.service(foreign, CANDIDATE));
    objects.put("foreign-shared-50", Workloads.shared(foreign, BASELINE, candidate, 50));
    objects.put(
        "foreign-probe",
        ReleaseJobs.probe(
            foreign,
            "r-1",
            BASELINE,
            CANDIDATE,
            new ReleaseJobs.Round(1, 0, false),
            Endpoints.services(foreign, BASELINE, CANDIDATE),
            SETTINGS));
    ModelRelease kept = Releases.release(Releases.GATEWAY + "workspace: {uri: 'pvc://work/mc'}\n");
    kept.setStatus(measured());
    objects.put(
        "kept-probe",
        ReleaseJobs.probe(
            kept,
            "r-1",
            BASELINE,
            CANDIDATE,
            new ReleaseJobs.Round(7, 10, true),
            Endpoints.gateway(kept, "http://gateway.infra:80"),
            SETTINGS));
    objects.put("kept-report", ReleaseJobs.report(kept, report(kept), SETTINGS));
    objects.put("foreign-write-back", ReleaseJobs.writeBack(foreign, writeBack(), 2, SETTINGS));
    return objects;
  }

  /** Six rounds of 500 samples each; one left no report, and two were cut short. */
  private static ModelReleaseStatus measured() {
    return ContractJson.read(
        """
        {"analysis": {"round": 7, "ended": 6, "failed": 0, "inconclusive": 0, "missing": 1, "evidence": {
          "baseline": {"requests": 1840, "errors": 0, "correct": 1700},
          "candidate": {"requests": 1840, "errors": 20, "correct": 1690},
          "pairs": 1820, "agree": 1800, "onlyBaselineRight": 5, "onlyCandidateRight": 5}}}
        """,
        ModelReleaseStatus.class,
        "status");
  }

  private static ReleaseReportRequest report(ModelRelease release) {
    return new ReleaseReportRequest(
        StepRequest.VERSION,
        "team",
        "fashion",
        "r-1",
        ReleaseFolders.of(release, "r-1").orElseThrow(),
        Reason.ANALYSIS_FAILED,
        "accuracy 0.7414 against 0.9310: drop 0.1897 [0.1465, 0.2421] above 0.02",
        "2026-11-22T10:00:00Z",
        "2026-11-22T10:05:00Z",
        new ReleaseReportRequest.Model(BASELINE.uri(), BASELINE.digest()),
        new ReleaseReportRequest.Model(CANDIDATE.uri(), CANDIDATE.digest()),
        release.getSpec().traffic().weights(),
        release.getSpec().analysis(),
        List.of(
            new HistoryEntry(
                "2026-11-22T10:05:00Z", ReleasePhase.ROLLED_BACK, 0, Verdict.FAIL, "taken back")),
        3,
        Evidence.NONE,
        List.of(),
        null,
        null);
  }

  private static WriteBackRequest writeBack() {
    return new WriteBackRequest(
        StepRequest.VERSION,
        "r-1",
        WriteBackRequest.Outcome.PROMOTED,
        new InputsRequest.File(CANDIDATE.uri(), CANDIDATE.digest()),
        null,
        "https://git.example.com/team/models.git",
        "main",
        "fashion.yaml",
        new WriteBackRequest.Document(WriteBackRequest.Kind.MODEL_RELEASE, "team", "fashion"),
        null,
        null);
  }
}
