package dev.modelcompression.cli;

import dev.modelcompression.cli.step.StepInputs;
import dev.modelcompression.cli.store.Locations;
import dev.modelcompression.contract.Artifact;
import dev.modelcompression.contract.ContractJson;
import dev.modelcompression.contract.FetchRequest;
import dev.modelcompression.contract.TerminationMessage;
import dev.modelcompression.data.InvalidDataException;
import dev.modelcompression.data.ModelFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code mc fetch}: puts a model where a model server looks for it. */
@Command(
    name = "fetch",
    mixinStandardHelpOptions = true,
    description = {
      "Copies a model and its external data to a folder, for a model server that knows nothing of digests. The folder"
          + " gets its name when all was compared with the digest: what a server finds is whole and right."
    })
final class FetchCommand implements Callable<Integer> {
  @Mixin private RequestText request = new RequestText();
  @Mixin private TerminationLog log = new TerminationLog();

  private final TerminalProgress progress;

  FetchCommand(TerminalProgress progress) {
    this.progress = progress;
  }

  @Override
  public Integer call() {
    return log.leave(
        () ->
            fetch(
                ContractJson.readFetchRequest(
                    request.read("fetch request", FetchRequest.VARIABLE))));
  }

  private TerminationMessage fetch(FetchRequest asked) {
    Path target = Path.of(asked.target());
    Path folder = target.resolveSibling("");
    boolean done = Files.exists(folder);
    Artifact model = done ? verified(target, asked) : copied(target, asked);
    String message =
        "%s: %s, %d bytes, %s"
            .formatted(
                target,
                done ? "is there already" : "fetched from " + asked.model().uri(),
                model.bytes(),
                model.digest());
    progress.end(message);
    return asked.answer(model, message);
  }

  /** Copies to a folder beside the one that is asked for, and gives it that name in the end. */
  private static Artifact copied(Path target, FetchRequest asked) {
    var source = new Locations(Path.of("").toAbsolutePath()).model(asked.model().uri(), null);
    Path folder = target.resolveSibling("");
    Path staged = folder.resolveSibling("." + folder.getFileName() + ".part");
    try (var staging = new ScratchFolder(staged)) {
      Path file = staging.path().resolve(target.getFileName());
      ModelFiles.copy(source, file);
      var model = verified(file, asked);
      Files.move(staging.path(), folder, StandardCopyOption.ATOMIC_MOVE);
      return model;
    } catch (IOException e) {
      throw new UncheckedIOException(folder + ": cannot be written: " + e.getMessage(), e);
    }
  }

  private static Artifact verified(Path file, FetchRequest asked) {
    var found =
        new StepInputs(file.resolveSibling(""))
            .modelArtifact(Artifact.MODEL, file.toUri().toString());
    if (!found.digest().equals(asked.model().digest())) {
      throw new InvalidDataException(
          "model %s: content has digest %s, expected %s"
              .formatted(asked.model().uri(), found.digest(), asked.model().digest()));
    }
    return found;
  }
}
