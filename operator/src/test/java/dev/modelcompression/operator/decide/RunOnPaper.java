package dev.modelcompression.operator.decide;

import dev.modelcompression.api.ModelCompression;
import dev.modelcompression.api.ModelCompressionSpec;
import dev.modelcompression.api.status.ModelCompressionStatus;
import dev.modelcompression.api.status.Reason;
import dev.modelcompression.contract.Artifact;
import dev.modelcompression.contract.CanonicalJson;
import dev.modelcompression.contract.ContractJson;
import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.contract.InputsRequest;
import dev.modelcompression.contract.StepRequest;
import dev.modelcompression.manifest.ModelCompressionParser;
import dev.modelcompression.operator.Settings;
import dev.modelcompression.operator.TestSettings;
import dev.modelcompression.operator.job.AttemptPod;
import dev.modelcompression.operator.job.JobNames;
import dev.modelcompression.operator.job.StepJobs;
import dev.modelcompression.operator.observe.Ending;
import dev.modelcompression.operator.observe.ObservedJob;
import dev.modelcompression.operator.observe.Silence;
import dev.modelcompression.operator.report.StatusReport;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A compression, its Jobs and an operator, without a cluster: what is decided is done at once. */
final class RunOnPaper {
  static final Settings SETTINGS = settings(Duration.ZERO, 2);

  /** By an administrator who wants other pauses and threads. */
  static Settings settings(Duration retryBackoff, int threads) {
    return TestSettings.of(
        "MC_STEP_IMAGE=image@sha256:1",
        "MC_STEP_THREADS=" + threads,
        "MC_STEP_MEMORY=1Gi",
        "MC_STEP_MAX_MEMORY=2Gi",
        "MC_STEP_SCRATCH=1Gi",
        "MC_JOB_RETRY_BACKOFF=" + retryBackoff);
  }

  final Map<String, ObservedJob> jobs = new LinkedHashMap<>();
  final Map<String, AttemptPod> pods = new LinkedHashMap<>();
  final Map<String, String> digests = new LinkedHashMap<>();
  final List<String> deleted = new ArrayList<>();
  final ModelCompression compression = new ModelCompression();
  Optional<Silence> silence = Optional.empty();
  Settings settings = SETTINGS;
  List<String> disrupted = List.of();
  Instant now = Instant.parse("2026-11-22T06:00:00Z");

  RunOnPaper(String members) {
    compression.setMetadata(
        new ObjectMetaBuilder()
            .withName("net")
            .withNamespace("team")
            .withUid("uid-1")
            .withGeneration(1L)
            .build());
    compression.setSpec(spec(members));
  }

  static ModelCompressionSpec spec(String members) {
    return ModelCompressionParser.parse(
            """
            apiVersion: modelcompression.dev/v1alpha1
            kind: ModelCompression
            metadata: {name: net}
            spec:
              model: {uri: "pvc://models/net.onnx"}
              workspace: {uri: "pvc://work/net"}
              datasets:
                training: {uri: "s3://data/train.npz"}
                calibration: {from: training, samples: 64}
                evaluation: {uri: "file:///opt/test.npz"}
            """
                + members,
            "test")
        .spec();
  }

  void edit(String members) {
    compression.setSpec(spec(members));
    compression.getMetadata().setGeneration(compression.getMetadata().getGeneration() + 1);
  }

  ModelCompressionStatus status() {
    return Statuses.of(compression);
  }

  Course decide() {
    return Decider.decide(compression, List.copyOf(jobs.values()), settings, now);
  }

  /** One reconcile; what it says of when to look again. */
  Standing reconcile() {
    Course course = decide();
    Standing standing = act(course);
    write(course, standing);
    return standing;
  }

  /** Deletes and starts, as the API server would have it. */
  Standing act(Course course) {
    course
        .delete()
        .forEach(
            job -> {
              jobs.remove(job.name());
              deleted.add(job.name());
            });
    return course
        .start()
        .map(start -> begin(start.pod()).settle(course, settings, now))
        .orElse(course.standing());
  }

  /** Create-only: a name that is there stays what it is. */
  Begun begin(AttemptPod pod) {
    String name = JobNames.of("net", "uid-1", pod.run(), pod.trial(), pod.step(), pod.attempt());
    pods.put(name, pod);
    if (!jobs.containsKey(name)) {
      digests.put(name, StepJobs.podDigest(compression, pod, settings));
      jobs.put(name, job(name, pod, ObservedJob.State.RUNNING, null, null));
    }
    return new Begun.Job(name, now.toString());
  }

  void write(Course course, Standing standing) {
    compression.setStatus(
        StatusReport.of(
            status(), course, standing, compression.getMetadata().getGeneration(), now));
  }

  /** Ends every Job that runs. */
  void end(Function<AttemptPod, Ending> how) {
    jobs.replaceAll(
        (name, job) -> {
          AttemptPod pod = java.util.Objects.requireNonNull(pods.get(name));
          return job.ending().isPresent()
              ? job
              : job(name, pod, ObservedJob.State.ENDED, null, how.apply(pod));
        });
  }

  /** Lets every Job that runs wait for that. */
  void hold(@Nullable Reason reason) {
    jobs.replaceAll(
        (name, job) ->
            job.ending().isPresent()
                ? job
                : job(
                    name,
                    java.util.Objects.requireNonNull(pods.get(name)),
                    reason == null ? ObservedJob.State.RUNNING : ObservedJob.State.WAITING,
                    reason,
                    null));
  }

  private ObservedJob job(
      String name,
      AttemptPod pod,
      ObservedJob.State state,
      @Nullable Reason reason,
      @Nullable Ending ending) {
    return new ObservedJob(
        name,
        "uid-of-" + name,
        "1",
        pod.run(),
        pod.trial(),
        pod.step(),
        pod.attempt(),
        now.toString(),
        ending == null ? null : now.toString(),
        digests.getOrDefault(name, ""),
        false,
        1,
        disrupted,
        state,
        reason,
        reason == null ? "" : "because",
        Optional.ofNullable(ending),
        ending == null ? silence : Optional.empty());
  }

  /** What a sound pod leaves. */
  static Ending sound(AttemptPod pod) {
    if (pod.trial() == 0) {
      Map<String, Artifact> found = new TreeMap<>();
      ContractJson.read(pod.request(), InputsRequest.class, "request")
          .files()
          .keySet()
          .forEach(name -> found.put(name, artifact(name)));
      return new Ending(ExitCode.DONE, 0, null, "found", found, Map.of());
    }
    StepRequest request = ContractJson.readRequest(pod.request());
    return new Ending(
        ExitCode.DONE,
        0,
        null,
        "done",
        request.step().type().makesModel() ? Map.of("model", artifact("model")) : Map.of(),
        Map.of("original.top1", 0.9, "result.top1", 0.8, "noise", 1.0));
  }

  static Ending exits(ExitCode exit, Reason reason) {
    return new Ending(exit, exit.code(), reason, "because", Map.of(), Map.of());
  }

  private static Artifact artifact(String name) {
    return new Artifact(
        name,
        name,
        CanonicalJson.digest(com.fasterxml.jackson.databind.node.TextNode.valueOf(name)),
        100);
  }
}
