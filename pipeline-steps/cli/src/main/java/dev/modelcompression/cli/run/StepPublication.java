package dev.modelcompression.cli.run;

import dev.modelcompression.contract.Artifact;
import dev.modelcompression.contract.ContractJson;
import dev.modelcompression.contract.StepReport;
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

  private static final String CHECKPOINT = "checkpoint";

  private final Path folder;
  private final Path staging;

  public StepPublication(Path folder) {
    this.folder = folder;
    this.staging = folder.resolveSibling(folder.getFileName() + ".part");
  }

  /**
   * The report of an earlier attempt at the same request, when all that it lists is there and
   * unaltered.
   */
  public Optional<StepReport> find() {
    Path file = folder.resolve(REPORT);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      var report = ContractJson.readReport(Files.readString(file));
      boolean whole = report.outputs().values().stream().allMatch(this::unaltered);
      return whole ? Optional.of(report) : Optional.empty();
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /**
   * The folder to write to; what an attempt that was killed left is gone, except for its
   * checkpoint.
   */
  public Path stage() {
    try {
      Files.createDirectories(staging.resolve(CHECKPOINT));
      try (var entries = Files.list(staging)) {
        for (Path entry :
            entries.filter(e -> !e.getFileName().toString().equals(CHECKPOINT)).toList()) {
          delete(entry);
        }
      }
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
   */
  public String publish(StepReport report) {
    try {
      delete(checkpoint());
      Path file = Files.writeString(staging.resolve(REPORT), ContractJson.write(report));
      String digest = Digests.of(file);
      delete(folder);
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
