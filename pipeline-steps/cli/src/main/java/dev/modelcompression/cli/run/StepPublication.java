package dev.modelcompression.cli.run;

import dev.modelcompression.contract.Artifact;
import dev.modelcompression.contract.ContractJson;
import dev.modelcompression.contract.StepReport;
import dev.modelcompression.contract.StepRequest;
import dev.modelcompression.data.Digests;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.Optional;

/**
 * The output folder of one step request: everything is made in a folder beside it and moved into
 * place at once, the report last, so that the folder is either whole or not there.
 */
public final class StepPublication {
  /** Name of the report in a published folder. */
  public static final String REPORT = "report.json";

  /** Name of the file that tells which request a folder answers. */
  static final String REQUEST = "request.digest";

  private static final String CHECKPOINT = "checkpoint";

  private final Path folder;
  private final String request;
  private final Path staging;

  /** The folder that answers a request. */
  public StepPublication(Path folder, StepRequest request) {
    this.folder = folder;
    this.request = RequestDigest.of(request);
    this.staging = folder.resolveSibling(folder.getFileName() + ".part");
  }

  /**
   * Sees to it that nothing but an earlier result is replaced.
   *
   * @throws IllegalArgumentException the folder holds something else
   */
  public void requireReplaceable() {
    try {
      if (Files.exists(folder) && !isEmpty(folder) && report().isEmpty()) {
        throw new IllegalArgumentException(
            "step request output: "
                + folder
                + " is not empty and holds no step report; name another folder");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(folder + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * The report of an earlier attempt at the same request, when all that it lists is there and
   * unaltered.
   */
  public Optional<StepReport> find() {
    return answersRequest(folder)
        ? report().filter(found -> found.outputs().values().stream().allMatch(this::unaltered))
        : Optional.empty();
  }

  /**
   * The folder to write to; what an attempt that was killed left is gone, except for the checkpoint
   * of the same request.
   */
  public Path stage() {
    try {
      if (!answersRequest(staging)) {
        delete(staging);
      }
      Files.createDirectories(staging.resolve(CHECKPOINT));
      try (var entries = Files.list(staging)) {
        for (Path entry :
            entries.filter(e -> !e.getFileName().toString().equals(CHECKPOINT)).toList()) {
          delete(entry);
        }
      }
      Files.writeString(staging.resolve(REQUEST), request);
      return staging;
    } catch (IOException e) {
      throw new UncheckedIOException(staging + ": cannot be written to: " + e.getMessage(), e);
    }
  }

  /** The folder, inside the one to write to, that outlives a kill. */
  public Path checkpoint() {
    return staging.resolve(CHECKPOINT);
  }

  /**
   * Publishes what was written.
   *
   * @return digest of the report
   * @throws IllegalArgumentException as {@link #requireReplaceable}
   */
  public String publish(StepReport report) {
    requireReplaceable();
    try {
      delete(checkpoint());
      Path file = Files.writeString(staging.resolve(REPORT), ContractJson.write(report));
      String digest = Digests.of(file);
      deletePublished();
      Files.move(staging, folder, StandardCopyOption.ATOMIC_MOVE);
      return digest;
    } catch (IOException e) {
      throw new UncheckedIOException(folder + ": cannot be published: " + e.getMessage(), e);
    }
  }

  /** Digest of the report that {@link #find} found. */
  public String reportDigest() {
    return Digests.of(folder.resolve(REPORT));
  }

  private boolean answersRequest(Path answer) {
    Path file = answer.resolve(REQUEST);
    try {
      return Files.isRegularFile(file) && Files.readString(file).equals(request);
    } catch (IOException e) {
      return false;
    }
  }

  private Optional<StepReport> report() {
    Path file = folder.resolve(REPORT);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(ContractJson.readReport(Files.readString(file)));
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** A folder without entries; a file is none. */
  private static boolean isEmpty(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      return false;
    }
    try (var entries = Files.list(path)) {
      return entries.findAny().isEmpty();
    }
  }

  /** Removes the report last: what a kill in between leaves can still be told to be a result. */
  private void deletePublished() throws IOException {
    if (Files.isDirectory(folder)) {
      try (var entries = Files.list(folder)) {
        for (Path entry :
            entries.filter(e -> !e.getFileName().toString().equals(REPORT)).toList()) {
          delete(entry);
        }
      }
    }
    delete(folder);
  }

  private boolean unaltered(Artifact output) {
    Path file = folder.resolve(output.uri()).normalize();
    return file.startsWith(folder)
        && Files.isRegularFile(file)
        && Digests.of(file).equals(output.digest());
  }

  private static void delete(Path path) throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    try (var tree = Files.walk(path)) {
      for (Path entry : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(entry);
      }
    }
  }
}
