package dev.modelcompression.operator.release;

import dev.modelcompression.api.DatasetSource;
import dev.modelcompression.api.Manifest;
import dev.modelcompression.api.ModelCompression;
import dev.modelcompression.api.ModelSource;
import dev.modelcompression.api.release.Analysis;
import dev.modelcompression.api.release.Baseline;
import dev.modelcompression.api.release.Candidate;
import dev.modelcompression.api.release.ModelRelease;
import dev.modelcompression.api.release.ReleaseSpec;
import dev.modelcompression.api.status.Condition;
import dev.modelcompression.api.status.FileStatus;
import dev.modelcompression.api.status.InputsStatus;
import dev.modelcompression.api.status.ModelCompressionStatus;
import dev.modelcompression.api.status.Phase;
import dev.modelcompression.api.status.Reason;
import dev.modelcompression.api.status.ResultStatus;
import dev.modelcompression.contract.Artifact;
import dev.modelcompression.operator.job.Labels;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The release that a compression has in its spec, and what the compression says of it. */
public final class ReleaseOfCompression {
  private ReleaseOfCompression() {}

  /**
   * The release to be made. Empty when none is asked for, or before the result has passed every
   * gate.
   */
  public static Optional<ModelRelease> of(
      ModelCompression compression, ModelCompressionStatus status) {
    ReleaseSpec template = compression.getSpec().release();
    ResultStatus result = status.result();
    if (template == null
        || result == null
        || !result.passed()
        || status.phase() != Phase.SUCCEEDED) {
      return Optional.empty();
    }
    ModelRelease release = new ModelRelease();
    release.setMetadata(
        new ObjectMetaBuilder()
            .withName(compression.getMetadata().getName())
            .withNamespace(compression.getMetadata().getNamespace())
            .withLabels(Map.of(Labels.MANAGED_BY, Labels.OPERATOR))
            .addToOwnerReferences(
                new OwnerReferenceBuilder()
                    .withApiVersion(Manifest.API_VERSION)
                    .withKind(Manifest.KIND)
                    .withName(compression.getMetadata().getName())
                    .withUid(compression.getMetadata().getUid())
                    .withController(true)
                    .withBlockOwnerDeletion(true)
                    .build())
            .build());
    release.setSpec(spec(compression, status, template, result));
    return Optional.of(release);
  }

  private static ReleaseSpec spec(
      ModelCompression compression,
      ModelCompressionStatus status,
      ReleaseSpec template,
      ResultStatus result) {
    return new ReleaseSpec(
        baseline(compression, status, template.baseline()),
        new Candidate(new ModelSource(result.uri(), result.digest()), null),
        template.server(),
        template.traffic(),
        analysis(compression, status, template.analysis()),
        template.manualGates(),
        template.progressDeadline(),
        template.startDeadline(),
        template.scaleDownDelay(),
        template.denyDigests(),
        template.deletionPolicy(),
        template.writeBack(),
        Optional.ofNullable(template.workspace()).orElse(compression.getSpec().workspace()),
        template.suspend());
  }

  /** What was compressed serves until now, unless the template names something else. */
  private static Baseline baseline(
      ModelCompression compression, ModelCompressionStatus status, @Nullable Baseline declared) {
    ModelSource model = declared == null ? compression.getSpec().model() : declared.model();
    String digest =
        model.digest() != null ? model.digest() : digest(status, Artifact.MODEL).orElse(null);
    return new Baseline(
        new ModelSource(model.uri(), digest), declared == null ? null : declared.deployment());
  }

  private static Analysis analysis(
      ModelCompression compression, ModelCompressionStatus status, Analysis declared) {
    if (declared.dataset() != null) {
      return declared;
    }
    String name = dev.modelcompression.api.Datasets.EVALUATION;
    DatasetSource evaluation =
        Objects.requireNonNull(compression.getSpec().datasets().evaluation(), "admission");
    return new Analysis(
        declared.interval(),
        new DatasetSource(
            evaluation.uri(),
            Optional.ofNullable(evaluation.digest()).or(() -> digest(status, name)).orElse(null),
            null,
            null),
        declared.samples(),
        declared.minSamples(),
        declared.confidence(),
        declared.failureLimit(),
        declared.inconclusiveLimit(),
        declared.prometheus(),
        declared.metrics());
  }

  /** What was found at the start of the run. */
  private static Optional<String> digest(ModelCompressionStatus status, String name) {
    return Optional.ofNullable(status.inputs())
        .map(InputsStatus::files)
        .flatMap(files -> files.stream().filter(file -> file.name().equals(name)).findFirst())
        .map(FileStatus::digest);
  }

  /** Whether a release was made of this compression; only then may it be written to. */
  public static boolean isOf(ModelCompression compression, ModelRelease release) {
    return release.getMetadata().getOwnerReferences().stream()
        .anyMatch(owner -> compression.getMetadata().getUid().equals(owner.getUid()));
  }

  /**
   * The status with the condition {@code Released}, where a release is asked for.
   *
   * @param wanted the release that the status asks for
   * @param live the release of that name
   */
  public static ModelCompressionStatus told(
      ModelCompression compression,
      ModelCompressionStatus status,
      Optional<ModelRelease> wanted,
      Optional<ModelRelease> live,
      Instant now) {
    if (compression.getSpec().release() == null) {
      return status;
    }
    if (live.filter(release -> !isOf(compression, release)).isPresent()) {
      String name = compression.getMetadata().getName();
      return with(
          compression,
          status,
          Condition.Status.FALSE,
          Reason.NAME_CONFLICT,
          "there is a ModelRelease %s that is not of this ModelCompression; delete it, or give"
                  .formatted(name)
              + " this one another name",
          now);
    }
    // That of an earlier result says nothing about this one.
    Optional<Condition> end =
        live.filter(release -> isAsWanted(release, wanted)).flatMap(ReleaseOfCompression::end);
    return with(
        compression,
        status,
        end.map(Condition::status).orElse(Condition.Status.UNKNOWN),
        end.map(Condition::reason)
            .orElse(
                status.phase() == Phase.SUCCEEDED ? Reason.PROGRESSING : Reason.AWAITING_RESULT),
        end.map(Condition::message)
            .orElse(
                status.phase() == Phase.SUCCEEDED
                    ? "see ModelRelease " + compression.getMetadata().getName()
                    : "there is no result that passed every gate yet"),
        now);
  }

  private static boolean isAsWanted(ModelRelease live, Optional<ModelRelease> wanted) {
    return wanted.filter(release -> release.getSpec().equals(live.getSpec())).isPresent();
  }

  /**
   * How a release has ended, if it has: each measurement changes what it says, and a compression is
   * about its end alone.
   */
  public static Optional<Condition> end(ModelRelease release) {
    return Optional.ofNullable(release.getStatus())
        .filter(
            status ->
                Objects.equals(status.observedGeneration(), release.getMetadata().getGeneration()))
        .flatMap(status -> status.condition(Condition.Type.PROMOTED))
        .filter(promoted -> promoted.status() != Condition.Status.UNKNOWN);
  }

  /**
   * Whether a release of the compression is on its way, or is about to be: it goes with its owner,
   * which may have failed since then, or ask for none any more.
   */
  public static boolean isOnItsWay(
      ModelCompression compression, Optional<ModelRelease> wanted, Optional<ModelRelease> live) {
    if (live.isEmpty()) {
      return wanted.isPresent();
    }
    boolean isNext = wanted.isPresent() && !isAsWanted(live.get(), wanted);
    return isOf(compression, live.get()) && (isNext || end(live.get()).isEmpty());
  }

  /** The same where this operator releases nothing. */
  public static ModelCompressionStatus notReleased(
      ModelCompression compression, ModelCompressionStatus status, Instant now) {
    return compression.getSpec().release() == null
        ? status
        : with(
            compression,
            status,
            Condition.Status.FALSE,
            Reason.RELEASES_DISABLED,
            "this operator releases nothing (MC_RELEASES_ENABLED is false)",
            now);
  }

  private static ModelCompressionStatus with(
      ModelCompression compression,
      ModelCompressionStatus status,
      Condition.Status holds,
      Reason reason,
      String message,
      Instant now) {
    String since =
        Optional.ofNullable(compression.getStatus())
            .flatMap(before -> before.condition(Condition.Type.RELEASED))
            .filter(before -> before.status() == holds)
            .map(Condition::lastTransitionTime)
            .orElse(now.truncatedTo(ChronoUnit.SECONDS).toString());
    List<Condition> conditions = new ArrayList<>(status.conditions());
    conditions.add(
        new Condition(
            Condition.Type.RELEASED,
            holds,
            compression.getMetadata().getGeneration(),
            since,
            reason,
            message));
    return status.withConditions(conditions);
  }
}
