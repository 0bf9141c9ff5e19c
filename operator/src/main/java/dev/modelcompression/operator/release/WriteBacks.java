package dev.modelcompression.operator.release;

import dev.modelcompression.api.Manifest;
import dev.modelcompression.api.release.ModelRelease;
import dev.modelcompression.api.release.WriteBack;
import dev.modelcompression.api.release.status.ModelReleaseStatus;
import dev.modelcompression.api.release.status.SideStatus;
import dev.modelcompression.contract.InputsRequest;
import dev.modelcompression.contract.StepRequest;
import dev.modelcompression.contract.WriteBackRequest;
import io.fabric8.kubernetes.api.model.OwnerReference;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is asked of the Job that writes an outcome to Git. */
final class WriteBacks {
  private WriteBacks() {}

  /** The request of a run that has ended. */
  static WriteBackRequest request(ModelRelease release) {
    ModelReleaseStatus status = release.getStatus();
    WriteBack to = Objects.requireNonNull(release.getSpec().writeBack(), "nothing to write to");
    SideStatus candidate = Objects.requireNonNull(status.candidate());
    boolean rejected = outcome(status) == WriteBackRequest.Outcome.REJECTED;
    return new WriteBackRequest(
        StepRequest.VERSION,
        Objects.requireNonNull(status.runId()),
        outcome(status),
        new InputsRequest.File(candidate.uri(), candidate.digest()),
        rejected ? status.failureMessage() : null,
        to.repository(),
        to.branch(),
        to.path(),
        document(release),
        to.mode() == WriteBack.Mode.PULL_REQUEST ? server(to.server()) : null,
        null);
  }

  /** How a run has ended. */
  static WriteBackRequest.Outcome outcome(ModelReleaseStatus status) {
    return status.failure() == null
        ? WriteBackRequest.Outcome.PROMOTED
        : WriteBackRequest.Outcome.REJECTED;
  }

  /** A release that was made of a compression stands in Git as a part of that. */
  private static WriteBackRequest.Document document(ModelRelease release) {
    Optional<OwnerReference> compression =
        release.getMetadata().getOwnerReferences().stream()
            .filter(owner -> Manifest.KIND.equals(owner.getKind()))
            .findFirst();
    return new WriteBackRequest.Document(
        compression.isPresent()
            ? WriteBackRequest.Kind.MODEL_COMPRESSION
            : WriteBackRequest.Kind.MODEL_RELEASE,
        release.getMetadata().getNamespace(),
        compression.map(OwnerReference::getName).orElse(release.getMetadata().getName()));
  }

  private static WriteBackRequest.@Nullable Server server(WriteBack.@Nullable Server server) {
    return server == null ? null : WriteBackRequest.Server.valueOf(server.name());
  }
}
