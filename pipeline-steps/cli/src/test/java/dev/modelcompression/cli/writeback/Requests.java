package dev.modelcompression.cli.writeback;

import dev.modelcompression.contract.InputsRequest;
import dev.modelcompression.contract.WriteBackRequest;
import dev.modelcompression.contract.WriteBackRequest.Document;
import dev.modelcompression.contract.WriteBackRequest.Kind;
import dev.modelcompression.contract.WriteBackRequest.Outcome;
import dev.modelcompression.contract.WriteBackRequest.Server;
import org.jspecify.annotations.Nullable;

/** Requests of the release vision/resnet, whose file is {@value #PATH}. */
final class Requests {
  static final String PATH = "apps/resnet.yaml";
  static final String DIGEST = "sha256:" + "b".repeat(64);
  static final String OLD = "sha256:" + "a".repeat(64);

  static final String MANIFEST =
      """
      # The release of resnet.
      apiVersion: modelcompression.dev/v1alpha1
      kind: ModelRelease
      metadata: {name: resnet, namespace: vision}
      spec:
        baseline:
          model:
            uri: s3://models/old.onnx  # serves now
            digest: %s
        candidate:
          model: {uri: s3://models/new.onnx, digest: %s}
      """
          .formatted(OLD, DIGEST);

  private Requests() {}

  static WriteBackRequest of(Outcome outcome, Kind kind) {
    return of("r-1", outcome, kind, "https://git.example.com/team/fleet.git", PATH, null, null);
  }

  static WriteBackRequest commit(String runId, Outcome outcome, String repository) {
    return of(runId, outcome, Kind.MODEL_RELEASE, repository, PATH, null, null);
  }

  static WriteBackRequest pullRequest(String repository, Server server, @Nullable String api) {
    return of("r-1", Outcome.PROMOTED, Kind.MODEL_RELEASE, repository, PATH, server, api);
  }

  static WriteBackRequest of(
      String runId,
      Outcome outcome,
      Kind kind,
      String repository,
      String path,
      @Nullable Server server,
      @Nullable String api) {
    return new WriteBackRequest(
        "v1",
        runId,
        outcome,
        new InputsRequest.File("s3://models/new.onnx", DIGEST),
        "accuracy 0.912 kept, at least 0.91",
        repository,
        "main",
        path,
        new Document(kind, "vision", "resnet"),
        server,
        api);
  }
}
