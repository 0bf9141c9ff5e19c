package dev.modelcompression.cli;

import dev.modelcompression.cli.step.StepInputs;
import dev.modelcompression.contract.Artifact;
import dev.modelcompression.contract.ContractJson;
import dev.modelcompression.contract.InputsRequest;
import dev.modelcompression.contract.TerminationMessage;
import dev.modelcompression.data.InvalidDataException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code mc inputs}: what the files of a run are, for whoever plans it and follows no URI. */
@Command(
    name = "inputs",
    mixinStandardHelpOptions = true,
    description =
        "Tells digest and size of the files that a run starts from, by the step contract, and compares the digests"
            + " with those that the request declares.")
final class InputsCommand implements Callable<Integer> {
  private static final double MEGABYTE = 1e6;

  @Mixin private RequestText request = new RequestText();
  @Mixin private TerminationLog log = new TerminationLog();

  private final TerminalProgress progress;

  InputsCommand(TerminalProgress progress) {
    this.progress = progress;
  }

  @Override
  public Integer call() {
    return log.leave(
        () ->
            find(
                ContractJson.readInputsRequest(
                    request.read("inputs request", InputsRequest.VARIABLE))));
  }

  private TerminationMessage find(InputsRequest asked) {
    var inputs = new StepInputs(Path.of("").toAbsolutePath());
    Map<String, Artifact> found = new LinkedHashMap<>();
    asked
        .files()
        .forEach(
            (name, file) -> {
              var artifact =
                  name.equals(Artifact.MODEL)
                      ? inputs.modelArtifact(name, file.uri())
                      : inputs.dataArtifact(name, file.uri());
              requireDigest(file, artifact);
              progress.end(
                  "%s: %s, %d bytes, %s"
                      .formatted(name, file.uri(), artifact.bytes(), artifact.digest()));
              found.put(name, artifact);
            });
    long bytes = found.values().stream().mapToLong(Artifact::bytes).sum();
    return asked.answer(
        found, String.format(Locale.ROOT, "%d files, %.1f MB", found.size(), bytes / MEGABYTE));
  }

  private static void requireDigest(InputsRequest.File file, Artifact found) {
    if (file.digest() != null && !file.digest().equals(found.digest())) {
      throw new InvalidDataException(
          "%s %s: content has digest %s, expected %s"
              .formatted(found.name(), file.uri(), found.digest(), file.digest()));
    }
  }
}
