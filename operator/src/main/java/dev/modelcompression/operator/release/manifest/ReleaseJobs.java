package dev.modelcompression.operator.release.manifest;

import dev.modelcompression.api.DatasetSource;
import dev.modelcompression.api.Durations;
import dev.modelcompression.api.pod.LocalReference;
import dev.modelcompression.api.pod.PodTemplate;
import dev.modelcompression.api.pod.Resources;
import dev.modelcompression.api.release.Analysis;
import dev.modelcompression.api.release.ModelRelease;
import dev.modelcompression.api.release.ReleaseMetric;
import dev.modelcompression.api.release.WriteBack;
import dev.modelcompression.api.release.status.ModelReleaseStatus;
import dev.modelcompression.contract.CanonicalJson;
import dev.modelcompression.contract.InputsRequest;
import dev.modelcompression.contract.ProbeRequest;
import dev.modelcompression.contract.ReleaseReportRequest;
import dev.modelcompression.contract.StepRequest;
import dev.modelcompression.contract.WriteBackRequest;
import dev.modelcompression.operator.Settings;
import dev.modelcompression.operator.job.Environment;
import dev.modelcompression.operator.job.JobShape;
import dev.modelcompression.operator.job.PodShape;
import dev.modelcompression.operator.job.Scratch;
import dev.modelcompression.operator.job.Volumes;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Jobs of a release: they measure both sides, keep the outcome in Git, and write the report. */
public final class ReleaseJobs {
  /** What a Job that measures is for, as a label. */
  public static final String PROBE = "probe";

  /** What a Job that writes to Git is for, as a label. */
  public static final String WRITE_BACK = "write-back";

  /** What a Job that writes the report of a run is for, as a label. */
  public static final String REPORT = "release-report";

  /** Long enough for the image, the data set and the warm-up. */
  private static final Duration START = Duration.ofMinutes(2);

  private static final Duration MOST_MEASURED = Duration.ofMinutes(10);

  /** There are many of them, and what they found is in the status or in the workspace. */
  private static final Duration PROBE_TTL = Duration.ofHours(1);

  private static final Duration WRITE_BACK_TIMEOUT = Duration.ofMinutes(5);
  private static final Duration REPORT_TIMEOUT = Duration.ofMinutes(5);
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(10);
  private static final int WARMUP = 5;

  /** More would measure how the two share the machine with each other's requests. */
  private static final int CONCURRENCY = 1;

  private static final String MEMORY = "1Gi";
  private static final String SCRATCH = "1Gi";
  private static final int READABLE_BY_GROUP = 0440;

  private ReleaseJobs() {}

  /**
   * A measurement.
   *
   * @param number within the run, from 1
   * @param weight the candidate's share of the requests of clients
   * @param traffic whether the candidate gets requests of clients, or copies of them
   */
  public record Round(int number, int weight, boolean traffic) {}

  /** The Job of one measurement. */
  public static Job probe(
      ModelRelease release,
      String runId,
      Side baseline,
      Side candidate,
      Round round,
      Endpoints endpoints,
      Settings settings) {
    ProbeRequest request = probeRequest(release, runId, baseline, candidate, round, endpoints);
    Duration timeout =
        Duration.ofMillis(request.durationMillis()).plus(REQUEST_TIMEOUT).plus(START);
    Job job =
        job(
            release,
            ReleaseNames.probe(release, runId, round.number()),
            ReleaseLabels.job(release, runId, PROBE, round.number()),
            new Work(
                PROBE,
                ProbeRequest.VARIABLE,
                CanonicalJson.of(request),
                ReleaseFolders.claims(
                    List.of(request.dataset().uri()), ReleaseFolders.of(release, runId)),
                null,
                timeout),
            settings);
    int kept = Math.toIntExact(Math.min(settings.jobTtl().toSeconds(), PROBE_TTL.toSeconds()));
    job.getSpec().setTtlSecondsAfterFinished(kept);
    return job;
  }

  /** What the pod of {@link #probe} is asked. */
  public static ProbeRequest probeRequest(
      ModelRelease release,
      String runId,
      Side baseline,
      Side candidate,
      Round round,
      Endpoints endpoints) {
    Analysis analysis = release.getSpec().analysis();
    DatasetSource dataset = analysis.dataset();
    if (dataset == null || dataset.uri() == null) {
      throw new IllegalArgumentException("spec.analysis.dataset: expected a uri");
    }
    Duration interval = Durations.parse(analysis.interval());
    Duration measured = interval.compareTo(MOST_MEASURED) < 0 ? interval : MOST_MEASURED;
    return new ProbeRequest(
        StepRequest.VERSION,
        runId,
        round.number(),
        new InputsRequest.File(dataset.uri(), dataset.digest()),
        endpoints.baseline(),
        endpoints.candidate(),
        analysis.samples(),
        asked(release),
        WARMUP,
        seed(release, runId),
        CONCURRENCY,
        Math.toIntExact(REQUEST_TIMEOUT.toMillis()),
        Math.toIntExact(measured.toMillis()),
        Queries.of(release, baseline, candidate).orElse(null),
        ReleaseFolders.of(release, runId)
            .map(folder -> archive(folder, round, analysis))
            .orElse(null));
  }

  /**
   * Where the walk through the data set goes on: the number of a round does not tell, as one that
   * was slow has asked less than it was to, and one that left no report nothing that counts.
   */
  private static long asked(ModelRelease release) {
    return Optional.ofNullable(release.getStatus())
        .map(ModelReleaseStatus::analysis)
        .map(all -> all.evidence().candidate().requests())
        .orElse(0L);
  }

  private static ProbeRequest.Archive archive(String folder, Round round, Analysis analysis) {
    return new ProbeRequest.Archive(
        folder,
        round.weight(),
        round.traffic(),
        analysis.metrics().stream()
            .map(
                m ->
                    new ReleaseMetric(
                        m.name(), m.min(), m.max(), m.maxDrop(), m.minRatio(), m.maxRatio(), null))
            .toList());
  }

  /** The same for all rounds of a run, another one for every run. */
  private static long seed(ModelRelease release, String runId) {
    String digest =
        CanonicalJson.digest(Map.of("release", release.getMetadata().getUid(), "run", runId));
    return Long.parseLong(digest.substring("sha256:".length(), "sha256:".length() + 12), 16);
  }

  /** The Job of one attempt to keep an outcome in Git. */
  public static Job writeBack(
      ModelRelease release, WriteBackRequest request, int attempt, Settings settings) {
    return job(
        release,
        ReleaseNames.writeBack(release, request.runId(), request.outcome(), attempt),
        ReleaseLabels.job(release, request.runId(), WRITE_BACK, attempt),
        new Work(
            WRITE_BACK,
            WriteBackRequest.VARIABLE,
            CanonicalJson.of(request),
            Map.of(),
            Optional.ofNullable(release.getSpec().writeBack())
                .map(WriteBack::secret)
                .map(LocalReference::name)
                .orElse(null),
            WRITE_BACK_TIMEOUT),
        settings);
  }

  /** The Job that writes the report of a run. */
  public static Job report(ModelRelease release, ReleaseReportRequest request, Settings settings) {
    return job(
        release,
        ReleaseNames.report(release, request.runId()),
        ReleaseLabels.job(release, request.runId(), REPORT, 1),
        new Work(
            REPORT,
            ReleaseReportRequest.VARIABLE,
            CanonicalJson.of(request),
            ReleaseFolders.claims(List.of(), Optional.of(request.folder())),
            null,
            REPORT_TIMEOUT),
        settings);
  }

  /**
   * What a container of the step image is to do.
   *
   * @param secret mounted as the credential of a Git server; null when there is none
   */
  private record Work(
      String command,
      String variable,
      String request,
      Map<String, Boolean> claims,
      @Nullable String secret,
      Duration timeout) {}

  private static Job job(
      ModelRelease release,
      String name,
      Map<String, String> labels,
      Work work,
      Settings administrator) {
    Settings settings = administrator.withAmounts(MEMORY, SCRATCH);
    PodTemplate template = ServerPods.template(release);
    List<Volume> volumes =
        Volumes.volumes(Scratch.limit(Resources.NONE, settings), work.claims(), template);
    List<VolumeMount> mounts = Volumes.mounts(work.claims(), template);
    Optional.ofNullable(work.secret())
        .ifPresent(
            secret -> {
              volumes.add(credential(secret));
              mounts.add(
                  new VolumeMountBuilder()
                      .withName(Volumes.OURS + "git")
                      .withMountPath(WriteBackRequest.CREDENTIAL_FOLDER)
                      .withReadOnly(true)
                      .build());
            });
    return JobShape.of(
        new ObjectMetaBuilder().withName(name).withLabels(labels).build(),
        release,
        new PodTemplateSpecBuilder()
            .withNewMetadata()
            // Not the user's: a Service of theirs may select the servers by them.
            .withLabels(labels)
            .withAnnotations(template.annotations())
            .endMetadata()
            .withSpec(
                PodShape.pod(template, ServerPods.TEMPLATE, true, settings)
                    .withRestartPolicy("Never")
                    .withActiveDeadlineSeconds(work.timeout().toSeconds())
                    .withContainers(
                        PodShape.container(JobShape.CONTAINER, settings.stepImage())
                            .withImagePullPolicy(settings.imagePullPolicy())
                            .withArgs(work.command())
                            .withEnv(Environment.ofStep(template, work.variable(), work.request()))
                            .withResources(PodShape.light(settings))
                            .withVolumeMounts(mounts)
                            .build())
                    .withVolumes(volumes)
                    .build())
            .build(),
        settings);
  }

  private static Volume credential(String secret) {
    return new VolumeBuilder()
        .withName(Volumes.OURS + "git")
        .withNewSecret()
        .withSecretName(secret)
        .withDefaultMode(READABLE_BY_GROUP)
        .endSecret()
        .build();
  }
}
