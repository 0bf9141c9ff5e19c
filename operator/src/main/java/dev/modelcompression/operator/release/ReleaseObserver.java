package dev.modelcompression.operator.release;

import dev.modelcompression.api.ModelCompression;
import dev.modelcompression.api.ModelSource;
import dev.modelcompression.api.pod.LocalReference;
import dev.modelcompression.api.release.ModelRelease;
import dev.modelcompression.api.release.status.AnalysisStatus;
import dev.modelcompression.api.release.status.ModelReleaseStatus;
import dev.modelcompression.api.release.status.ReleasePhase;
import dev.modelcompression.api.release.status.ReportStatus;
import dev.modelcompression.api.release.status.SideStatus;
import dev.modelcompression.api.release.status.WriteBackStatus;
import dev.modelcompression.api.status.ModelCompressionStatus;
import dev.modelcompression.api.status.Phase;
import dev.modelcompression.api.status.ResultStatus;
import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.contract.ProbeReport;
import dev.modelcompression.contract.ReleaseReportRequest;
import dev.modelcompression.contract.TerminationMessage;
import dev.modelcompression.contract.Text;
import dev.modelcompression.contract.WriteBackReport;
import dev.modelcompression.operator.Settings;
import dev.modelcompression.operator.job.Labels;
import dev.modelcompression.operator.observe.JobObserver;
import dev.modelcompression.operator.observe.Pods;
import dev.modelcompression.operator.release.decide.Observation;
import dev.modelcompression.operator.release.decide.ReleaseDecider;
import dev.modelcompression.operator.release.manifest.ReleaseFolders;
import dev.modelcompression.operator.release.manifest.ReleaseNames;
import dev.modelcompression.operator.release.manifest.ReleaseProblems;
import dev.modelcompression.operator.release.manifest.Side;
import dev.modelcompression.operator.release.manifest.Workloads;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Looks at everything that a release depends on. */
final class ReleaseObserver {
  private static final int MAX_TROUBLE = 300;

  private final KubernetesClient client;
  private final Settings settings;
  private final LiveTraffic traffic;
  private final Gateways gateways;
  private final TakenNames taken;

  ReleaseObserver(KubernetesClient client, Settings settings) {
    this.client = client;
    this.settings = settings;
    this.traffic = new LiveTraffic(client);
    this.gateways = new Gateways(client);
    this.taken = new TakenNames(client);
  }

  Observation observe(ModelRelease release, ReleaseReconciler.Cached cached, Instant now) {
    ModelReleaseStatus status =
        Objects.requireNonNullElse(release.getStatus(), ModelReleaseStatus.NONE);
    Found candidate = candidate(release);
    Observation.Model declared = baseline(release);
    int candidatePods =
        status.candidate() == null ? 0 : ready(cached, status.candidate().workload());
    String trouble =
        candidatePods >= release.getSpec().server().replicas() || status.candidate() == null
            ? ""
            : trouble(release, status.candidate().workload());
    return new Observation(
        declared,
        candidate.model(),
        candidate.awaited(),
        problem(release, cached, declared, candidate.model()),
        baselineState(release, cached, status, declared),
        candidatePods,
        trouble,
        status.phase() == ReleasePhase.SHADOWING
            && release.getSpec().traffic().mirrorPercent() != null
            && gateways.canMirror(release),
        traffic.observe(release, status, cached),
        probe(release, status, cached),
        writing(release, status, cached),
        report(release, status, cached),
        Optional.ofNullable(release.getMetadata().getAnnotations())
            .map(all -> all.get(ReleaseDecider.COMMAND)),
        now);
  }

  private Optional<String> problem(
      ModelRelease release,
      ReleaseReconciler.Cached cached,
      Observation.Model baseline,
      Optional<Observation.Model> candidate) {
    List<String> problems = new ArrayList<>(ReleaseProblems.of(release, settings));
    List<Observation.Model> models = new ArrayList<>(List.of(baseline));
    candidate.filter(model -> !model.equals(baseline)).ifPresent(models::add);
    problems.addAll(taken.problems(release, cached, models));
    candidate.ifPresent(model -> problems.addAll(copyProblems(release, model)));
    return problems.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", problems));
  }

  /**
   * Whether the pods of a Deployment of the user's can be made to serve the candidate: it must name
   * the baseline that the spec declares. Looked at before a run begins, so that nothing is moved to
   * a Deployment that still serves an earlier model.
   */
  private List<String> copyProblems(ModelRelease release, Observation.Model candidate) {
    ModelReleaseStatus status = release.getStatus();
    boolean serves =
        status != null
            && status.candidate() != null
            && status.candidate().digest().equals(candidate.digest())
            && status.phase() != ReleasePhase.PENDING
            && status.phase() != ReleasePhase.INITIALIZING;
    boolean converged = candidate.digest().equals(baseline(release).digest());
    if (serves || converged) {
      return List.of();
    }
    try {
      usersDeployment(release)
          .ifPresent(
              own ->
                  Workloads.copyOf(
                      release,
                      own,
                      new Side(candidate.workload(), candidate.uri(), candidate.digest()),
                      1));
      return List.of();
    } catch (IllegalArgumentException e) {
      return List.of(String.valueOf(e.getMessage()));
    }
  }

  private Optional<Deployment> usersDeployment(ModelRelease release) {
    return Optional.ofNullable(Objects.requireNonNull(release.getSpec().baseline()).deployment())
        .map(
            own ->
                client
                    .apps()
                    .deployments()
                    .inNamespace(release.getMetadata().getNamespace())
                    .withName(own.name())
                    .get());
  }

  private record Found(Optional<Observation.Model> model, String awaited) {}

  private Found candidate(ModelRelease release) {
    var candidate = Objects.requireNonNull(release.getSpec().candidate(), "admission");
    if (candidate.model() != null) {
      return new Found(Optional.of(model(release, candidate.model())), "");
    }
    String name = Objects.requireNonNull(candidate.compression(), "admission").name();
    ModelCompression compression =
        client
            .resources(ModelCompression.class)
            .inNamespace(release.getMetadata().getNamespace())
            .withName(name)
            .get();
    if (compression == null) {
      return new Found(Optional.empty(), "there is no ModelCompression " + name);
    }
    return Optional.ofNullable(compression.getStatus())
        .filter(status -> status.phase() == Phase.SUCCEEDED)
        .map(ModelCompressionStatus::result)
        .filter(ResultStatus::passed)
        .map(result -> model(release, new ModelSource(result.uri(), result.digest())))
        .map(model -> new Found(Optional.of(model), ""))
        .orElseGet(
            () ->
                new Found(
                    Optional.empty(),
                    "ModelCompression " + name + " has no result that passed its gates"));
  }

  private static Observation.Model baseline(ModelRelease release) {
    return model(
        release, Objects.requireNonNull(release.getSpec().baseline(), "admission").model());
  }

  private static Observation.Model model(ModelRelease release, ModelSource source) {
    String digest = Objects.requireNonNull(source.digest(), "admission");
    return new Observation.Model(
        source.uri(), digest, ReleaseNames.workload(release.getMetadata().getName(), digest));
  }

  private Observation.Baseline baselineState(
      ModelRelease release,
      ReleaseReconciler.Cached cached,
      ModelReleaseStatus status,
      Observation.Model declared) {
    LocalReference own = Objects.requireNonNull(release.getSpec().baseline()).deployment();
    if (own != null) {
      return usersDeployment(release)
          .map(
              found -> isReady(found) ? Observation.Baseline.READY : Observation.Baseline.NOT_READY)
          .orElse(Observation.Baseline.MISSING);
    }
    SideStatus running = status.baseline();
    String workload = running == null ? declared.workload() : running.workload();
    return isReady(cached, workload) ? Observation.Baseline.READY : Observation.Baseline.NOT_READY;
  }

  private static boolean isReady(ReleaseReconciler.Cached cached, String workload) {
    return ready(cached, workload) > 0;
  }

  private static int ready(ReleaseReconciler.Cached cached, String workload) {
    return cached.deployment(workload).map(ReleaseObserver::ready).orElse(0);
  }

  private static boolean isReady(Deployment deployment) {
    return ready(deployment) > 0;
  }

  /**
   * How many pods answer; whether they are of the newest template is the rollout's business, and
   * right after a change of it the status is still about the one before.
   */
  private static int ready(Deployment deployment) {
    var status = deployment.getStatus();
    return status == null ? 0 : Objects.requireNonNullElse(status.getReadyReplicas(), 0);
  }

  /** What keeps the pods of a workload from getting ready, as far as they say it. */
  private String trouble(ModelRelease release, String workload) {
    return client
        .pods()
        .inNamespace(release.getMetadata().getNamespace())
        .withLabel(Labels.RELEASE, release.getMetadata().getName())
        .withLabel(Labels.WORKLOAD, workload)
        .list()
        .getItems()
        .stream()
        .flatMap(pod -> PodTrouble.of(pod).stream())
        .findFirst()
        .map(text -> Text.line(text, MAX_TROUBLE))
        .orElse("");
  }

  private Observation.Probe probe(
      ModelRelease release, ModelReleaseStatus status, ReleaseReconciler.Cached cached) {
    AnalysisStatus analysis = status.analysis();
    if (analysis == null || analysis.ended() >= analysis.round() || status.runId() == null) {
      return Observation.Probe.AT_WORK;
    }
    String name = ReleaseNames.probe(release, status.runId(), analysis.round());
    Optional<Job> job = cached.job(name).filter(JobObserver::finished);
    if (job.isEmpty()) {
      return Observation.Probe.AT_WORK;
    }
    Optional<String> said = said(job.get());
    if (said.isEmpty()) {
      return Observation.Probe.nothing("Job " + name + " left no message");
    }
    try {
      ProbeReport report = ProbeReport.parse(said.get());
      if (!report.runId().equals(status.runId()) || report.round() != analysis.round()) {
        return Observation.Probe.nothing("Job " + name + " answered another question");
      }
      return new Observation.Probe(true, Optional.of(report), "");
    } catch (IllegalArgumentException e) {
      return Observation.Probe.nothing("Job " + name + ": " + failure(said.get(), e));
    }
  }

  private Observation.Writing writing(
      ModelRelease release, ModelReleaseStatus status, ReleaseReconciler.Cached cached) {
    WriteBackStatus writing = status.writeBack();
    if (writing == null
        || writing.state() != WriteBackStatus.State.PENDING
        || status.runId() == null) {
      return Observation.Writing.AT_WORK;
    }
    String name =
        ReleaseNames.writeBack(
            release, status.runId(), WriteBacks.outcome(status), writing.attempt());
    Optional<Job> job = cached.job(name).filter(JobObserver::finished);
    if (job.isEmpty()) {
      return Observation.Writing.AT_WORK;
    }
    Optional<String> said = said(job.get());
    if (said.isEmpty()) {
      return new Observation.Writing(true, Optional.empty(), "Job " + name + " left no message");
    }
    try {
      return new Observation.Writing(true, Optional.of(WriteBackReport.parse(said.get())), "");
    } catch (IllegalArgumentException e) {
      return new Observation.Writing(
          true, Optional.empty(), "Job " + name + ": " + failure(said.get(), e));
    }
  }

  private Observation.Reported report(
      ModelRelease release, ModelReleaseStatus status, ReleaseReconciler.Cached cached) {
    ReportStatus report = status.report();
    if (report == null || report.state() != ReportStatus.State.PENDING || status.runId() == null) {
      return Observation.Reported.AT_WORK;
    }
    String name = ReleaseNames.report(release, status.runId());
    Optional<Job> job = cached.job(name).filter(JobObserver::finished);
    if (job.isEmpty()) {
      return Observation.Reported.AT_WORK;
    }
    String nothing = "Job " + name + " left no message";
    try {
      TerminationMessage said = TerminationMessage.parse(said(job.get()).orElse(nothing));
      Optional<String> uri =
          ReleaseFolders.of(release, status.runId())
              .filter(folder -> said.exit() == ExitCode.DONE)
              .map(folder -> folder + "/" + ReleaseReportRequest.PAGE);
      return new Observation.Reported(true, uri, said.message());
    } catch (IllegalArgumentException e) {
      return new Observation.Reported(true, Optional.empty(), nothing);
    }
  }

  /** What a pod says that ended without a report; else what is wrong with what it says. */
  private static String failure(String said, IllegalArgumentException wrong) {
    try {
      return TerminationMessage.parse(said).message();
    } catch (IllegalArgumentException e) {
      return Text.line(String.valueOf(wrong.getMessage()), MAX_TROUBLE);
    }
  }

  /** What the last pod of a Job that has ended left as its message. */
  private Optional<String> said(Job job) {
    return client
        .pods()
        .inNamespace(job.getMetadata().getNamespace())
        .withLabel("batch.kubernetes.io/job-name", job.getMetadata().getName())
        .list()
        .getItems()
        .stream()
        .filter(pod -> JobObserver.isOf(pod, job))
        .max(Comparator.comparing(ReleaseObserver::created))
        .flatMap(Pods::message);
  }

  private static String created(Pod pod) {
    @Nullable String time = pod.getMetadata().getCreationTimestamp();
    return time == null ? "" : time;
  }
}
