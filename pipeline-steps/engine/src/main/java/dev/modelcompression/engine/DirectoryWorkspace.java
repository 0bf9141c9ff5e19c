package dev.modelcompression.engine;

import dev.modelcompression.contract.Artifact;
import dev.modelcompression.contract.ContractJson;
import dev.modelcompression.contract.StepReport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A workspace in a folder.
 *
 * <pre>
 * lock                        held by the run that uses the workspace
 * steps/KEY/report.json       a published result: the report, and the files that it lists
 * staging/KEY/                what a step has written so far; checkpoint/ in it survives
 * staging/KEY.new/            a result that is being put together
 * runs/RUN.json               the record of a run
 * </pre>
 *
 * <p>A result appears by one rename of a folder that is complete and durable, its report written
 * last; whatever is found half-way after a crash is under {@code staging} and never read as a
 * result.
 */
public final class DirectoryWorkspace implements Workspace {
  private static final String REPORT = "report.json";
  private static final String CHECKPOINT = "checkpoint";
  private static final String ASSEMBLED = ".new";

  private final Path root;
  private final Disk disk;

  /**
   * Opens the workspace in a folder, which is made when it is not there.
   *
   * @throws WorkspaceException the folder cannot be made
   */
  public DirectoryWorkspace(Path root) {
    this(root, new Disk());
  }

  DirectoryWorkspace(Path root, Disk disk) {
    this.root = root.toAbsolutePath().normalize();
    this.disk = disk;
    try {
      for (String folder : List.of("steps", "staging", "runs")) {
        disk.createFolder(this.root.resolve(folder));
      }
    } catch (IOException e) {
      throw failed("cannot be made", e);
    }
  }

  @Override
  public Lock lock() {
    Path file = root.resolve("lock");
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      FileLock lock = tryLock(channel);
      if (lock == null) {
        String owner = Files.readString(file).strip();
        channel.close();
        throw new WorkspaceBusyException(
            "workspace %s is in use by another run (process %s); wait for it, or use another workspace"
                .formatted(root, owner.isEmpty() ? "unknown" : owner));
      }
      byte[] owner = Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8);
      channel.truncate(0).write(ByteBuffer.wrap(owner), 0);
      FileChannel held = channel;
      return () -> release(held);
    } catch (IOException e) {
      throw failed("cannot be locked", e);
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  private void release(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      throw failed("cannot be unlocked", e);
    }
  }

  @Override
  public void discardAbandoned(Instant before) {
    try {
      for (Path staged : list(root.resolve("staging"))) {
        boolean halfDone = staged.toString().endsWith(ASSEMBLED);
        if (halfDone || lastWritten(staged).isBefore(before)) {
          disk.deleteTree(staged);
        }
      }
    } catch (IOException e) {
      throw failed("cannot be tidied up", e);
    }
  }

  /** When anything in the folder was last written. */
  private static Instant lastWritten(Path folder) throws IOException {
    Instant last = Instant.MIN;
    for (Path path : Disk.tree(folder)) {
      Instant written = Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS).toInstant();
      last = written.isAfter(last) ? written : last;
    }
    return last;
  }

  @Override
  public Lookup find(StepKey key) {
    Path folder = published(key);
    Path file = folder.resolve(REPORT);
    if (!Files.exists(folder)) {
      return new Lookup(Optional.empty(), Optional.empty());
    }
    try {
      StepReport report = ContractJson.readReport(Files.readString(file));
      for (Artifact output : report.outputs().values()) {
        Optional<String> fault = fault(folder, output);
        if (fault.isPresent()) {
          return broken(folder, fault.get());
        }
      }
      return new Lookup(Optional.of(located(report, folder)), Optional.empty());
    } catch (IOException | IllegalArgumentException e) {
      return broken(folder, "its report cannot be read: " + e.getMessage());
    }
  }

  private static Lookup broken(Path folder, String fault) {
    return new Lookup(
        Optional.empty(),
        Optional.of("the result in " + folder + " is not used and made again: " + fault));
  }

  /** Why a file is not what the report says of it. */
  private static Optional<String> fault(Path folder, Artifact output) {
    Path file = folder.resolve(output.uri()).normalize();
    if (!file.startsWith(folder) || file.equals(folder)) {
      return Optional.of(output.uri() + " is outside its folder");
    }
    try {
      Artifact found = ArtifactFiles.describe(output.name(), output.uri(), file);
      return found.equals(output)
          ? Optional.empty()
          : Optional.of(
              "%s has %d bytes and %s, expected %d bytes and %s"
                  .formatted(
                      output.uri(),
                      found.bytes(),
                      found.digest(),
                      output.bytes(),
                      output.digest()));
    } catch (IOException e) {
      return Optional.of(output.uri() + " cannot be read");
    }
  }

  @Override
  public String stage(StepKey key) {
    Path folder = staged(key);
    try {
      disk.deleteTree(assembled(key));
      disk.createFolder(folder);
      for (Path entry : list(folder)) {
        if (!entry.getFileName().toString().equals(CHECKPOINT)) {
          disk.deleteTree(entry);
        }
      }
      return folder.toUri().toString();
    } catch (IOException e) {
      throw failed("cannot be written to", e);
    }
  }

  @Override
  public StepReport publish(StepKey key, StepReport report) {
    Path from = staged(key);
    for (Artifact output : report.outputs().values()) {
      fault(from, output)
          .ifPresent(
              fault -> {
                throw new IllegalStateException(
                    "step '%s', output '%s': %s".formatted(report.step(), output.name(), fault));
              });
    }
    Path assembled = assembled(key);
    Path to = published(key);
    try {
      disk.deleteTree(assembled);
      disk.createFolder(assembled);
      for (Artifact output : report.outputs().values()) {
        Path target = assembled.resolve(output.uri());
        disk.createFolder(Objects.requireNonNull(target.getParent()));
        disk.sync(from.resolve(output.uri()));
        disk.move(from.resolve(output.uri()), target);
      }
      disk.write(
          assembled.resolve(REPORT), ContractJson.write(report).getBytes(StandardCharsets.UTF_8));
      disk.sync(assembled);
      disk.deleteTree(to);
      disk.move(assembled, to);
      disk.sync(root.resolve("steps"));
      disk.deleteTree(from);
    } catch (IOException e) {
      throw failed("cannot be written to", e);
    }
    return located(report, to);
  }

  @Override
  public String reportLocation(StepKey key) {
    return published(key).resolve(REPORT).toUri().toString();
  }

  @Override
  public void record(RunRecord record) {
    Path file = root.resolve("runs").resolve(record.runId() + ".json");
    Path temporary = file.resolveSibling(record.runId() + ".tmp");
    try {
      disk.write(temporary, ContractJson.write(record).getBytes(StandardCharsets.UTF_8));
      disk.move(temporary, file);
    } catch (IOException e) {
      throw failed("cannot be written to", e);
    }
  }

  @Override
  public List<RunRecord> runs() {
    List<RunRecord> records = new ArrayList<>();
    try {
      for (Path file : list(root.resolve("runs"))) {
        if (file.toString().endsWith(".json")) {
          records.add(ContractJson.read(Files.readString(file), RunRecord.class, file.toString()));
        }
      }
    } catch (IOException e) {
      throw failed("cannot be read", e);
    }
    records.sort(Comparator.comparing(RunRecord::updated).reversed());
    return records;
  }

  private static StepReport located(StepReport report, Path folder) {
    Map<String, Artifact> outputs = new TreeMap<>();
    report
        .outputs()
        .forEach(
            (name, output) ->
                outputs.put(
                    name, output.at(name, folder.resolve(output.uri()).toUri().toString())));
    return report.withOutputs(outputs);
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.sorted().toList();
    }
  }

  private WorkspaceException failed(String what, IOException e) {
    return new WorkspaceException(root, what, e);
  }

  private Path published(StepKey key) {
    return root.resolve("steps").resolve(key.hex());
  }

  private Path staged(StepKey key) {
    return root.resolve("staging").resolve(key.hex());
  }

  private Path assembled(StepKey key) {
    return root.resolve("staging").resolve(key.hex() + ASSEMBLED);
  }
}
