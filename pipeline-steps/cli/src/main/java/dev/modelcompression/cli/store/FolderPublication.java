package dev.modelcompression.cli.store;

import dev.modelcompression.contract.Artifact;
import dev.modelcompression.contract.ContractJson;
import dev.modelcompression.contract.StepReport;
import dev.modelcompression.data.Digests;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A result in a folder. It is made beside it and moved into place at once.
 *
 * <pre>
 * NAME/report.json, ...       the result: the report, and the files that it lists
 * .NAME.part-ATTEMPT/         what an attempt has written so far; request.digest is its beat
 * .NAME.checkpoint/           what the next attempt can continue from
 * .NAME.old-ATTEMPT/          a result that was replaced
 * </pre>
 */
final class FolderPublication implements Publication {
  /** Name of the report in a published folder. */
  static final String REPORT = "report.json";

  /** Name of the file that tells which request a folder answers. */
  static final String REQUEST = "request.digest";

  private static final String PART = ".part-";
  private static final String OLD = ".old-";

  /** How often an attempt shows that it is alive. */
  private static final Duration BEAT = Duration.ofSeconds(10);

  /** After this long without a beat it is not: NFS clients see changes up to a minute late. */
  private static final Duration KILLED_AFTER = Duration.ofSeconds(90);

  private final Path folder;
  private final String request;
  private final Path staging;
  private final Path replaced;
  private final Path checkpoint;
  private final Duration beat;
  private @Nullable ScheduledExecutorService beats;

  /**
   * The folder that answers a request.
   *
   * @param request digest of what decides the result
   */
  FolderPublication(Path folder, String request) {
    this(folder, request, BEAT);
  }

  /** With beats as often as a test wants them. */
  FolderPublication(Path folder, String request, Duration beat) {
    this.folder = folder;
    this.beat = beat;
    this.request = request;
    String attempt = UUID.randomUUID().toString();
    this.staging = beside(PART + attempt);
    this.replaced = beside(OLD + attempt);
    this.checkpoint = beside(".checkpoint");
  }

  @Override
  public void requireReplaceable() {
    try {
      if (Files.exists(folder) && !isEmpty(folder) && !isResult()) {
        throw new IllegalArgumentException(
            "step request output: "
                + folder
                + " is not empty and holds no step report; name another folder");
      }
    } catch (IOException e) {
      throw StoreException.of(folder + ": cannot be read", e);
    }
  }

  /** Also one whose report was cut, altered or removed: it is made again. */
  private boolean isResult() {
    return Files.isRegularFile(folder.resolve(REQUEST)) || report().isPresent();
  }

  @Override
  public Optional<Published> find() {
    return answersRequest(folder)
        ? report()
            .filter(found -> found.report().outputs().values().stream().allMatch(this::isUnaltered))
        : Optional.empty();
  }

  @Override
  public Path stage() {
    try {
      if (!answersRequest(checkpoint)) {
        delete(checkpoint);
      }
      Files.createDirectories(checkpoint);
      // On a disk that a killed attempt has filled, nothing new can be made before this.
      removeKilled(touch(checkpoint, StandardOpenOption.CREATE, StandardOpenOption.WRITE));
      Files.createDirectory(staging);
      touch(staging, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      startBeats();
      return staging;
    } catch (IOException e) {
      throw StoreException.of(folder + ": cannot be written to", e);
    }
  }

  /**
   * Writes the request to a folder, in place where it is there already, which needs no room.
   *
   * @return the time by the file system's clock, which is the same for all nodes
   */
  private Instant touch(Path path, OpenOption... options) throws IOException {
    Path file = Files.writeString(path.resolve(REQUEST), request, options);
    return Files.getLastModifiedTime(file).toInstant();
  }

  /**
   * A step computes for hours and writes at its end: by the age of what is staged alone, an attempt
   * of another run with the same key that is still at work looks like one that was killed.
   */
  private void startBeats() {
    var executor =
        Executors.newSingleThreadScheduledExecutor(
            work -> {
              var thread = new Thread(work, "staging");
              thread.setDaemon(true);
              return thread;
            });
    beats = executor;
    var unused =
        executor.scheduleWithFixedDelay(
            this::beat, beat.toMillis(), beat.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void beat() {
    try {
      removeKilled(touch(staging, StandardOpenOption.WRITE));
    } catch (IOException | UncheckedIOException e) {
      // The step itself fails soon if the disk does. The next beat may succeed.
    }
  }

  private void stopBeats() {
    if (beats != null) {
      beats.shutdownNow();
    }
  }

  private void removeKilled(Instant now) throws IOException {
    Instant before = now.minus(KILLED_AFTER);
    for (Path staged : left(PART)) {
      if (!staged.equals(staging) && lastWritten(staged).isBefore(before)) {
        deleteIfPossible(staged);
      }
    }
    // Nobody reads a result that was replaced.
    left(OLD).forEach(FolderPublication::deleteIfPossible);
  }

  /** When anything in the folder was last written. */
  private static Instant lastWritten(Path staged) {
    try (var tree = Files.walk(staged)) {
      Instant last = Instant.MIN;
      for (Path entry : tree.toList()) {
        Instant written = Files.getLastModifiedTime(entry, LinkOption.NOFOLLOW_LINKS).toInstant();
        last = written.isAfter(last) ? written : last;
      }
      return last;
    } catch (IOException | UncheckedIOException e) {
      // It changes at this moment.
      return Instant.MAX;
    }
  }

  @Override
  public Path checkpoint() {
    return checkpoint;
  }

  @Override
  public Published publish(StepReport report) {
    requireReplaceable();
    byte[] text = ContractJson.write(report).getBytes(StandardCharsets.UTF_8);
    try {
      // The move into place may outlive a power failure that files and folder do not.
      write(staging.resolve(REQUEST), request.getBytes(StandardCharsets.UTF_8));
      write(staging.resolve(REPORT), text);
      syncFolder(staging);
      var published = find().orElseGet(() -> moveIntoPlace(report, text));
      stopBeats();
      removeLeftovers();
      return published;
    } catch (IOException e) {
      throw StoreException.of(folder + ": cannot be published", e);
    }
  }

  @Override
  public void discard() {
    stopBeats();
    deleteIfPossible(staging);
  }

  private Published moveIntoPlace(StepReport report, byte[] text) {
    try {
      if (Files.exists(folder)) {
        Files.move(folder, replaced, StandardCopyOption.ATOMIC_MOVE);
      }
      Files.move(staging, folder, StandardCopyOption.ATOMIC_MOVE);
      syncFolder(folder.resolveSibling(""));
      return new Published(report, Digests.of(text));
    } catch (IOException e) {
      // Another attempt may have moved its result there in between.
      return find().orElseThrow(() -> StoreException.of(folder + ": cannot be published", e));
    }
  }

  /** A result is there now: nobody needs what attempts at it have left. */
  private void removeLeftovers() throws IOException {
    deleteIfPossible(checkpoint);
    left(PART).forEach(FolderPublication::deleteIfPossible);
    left(OLD).forEach(FolderPublication::deleteIfPossible);
  }

  /** What attempts have left beside the folder. */
  private List<Path> left(String kind) throws IOException {
    String start = "." + folder.getFileName() + kind;
    try (var entries = Files.list(staging.resolveSibling(""))) {
      return entries.filter(entry -> entry.getFileName().toString().startsWith(start)).toList();
    }
  }

  private Path beside(String suffix) {
    return folder.resolveSibling("." + folder.getFileName() + suffix);
  }

  private boolean answersRequest(Path answer) {
    Path file = answer.resolve(REQUEST);
    try {
      return Files.isRegularFile(file) && Files.readString(file).equals(request);
    } catch (IOException e) {
      return false;
    }
  }

  private Optional<Published> report() {
    Path file = folder.resolve(REPORT);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      byte[] text = Files.readAllBytes(file);
      var report = ContractJson.readReport(new String(text, StandardCharsets.UTF_8));
      return Optional.of(new Published(report, Digests.of(text)));
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

  private boolean isUnaltered(Artifact output) {
    Path file = folder.resolve(output.uri()).normalize();
    return file.startsWith(folder)
        && Files.isRegularFile(file)
        && Digests.of(file).equals(output.digest());
  }

  /** Writes a file whole and makes it durable. */
  private static void write(Path file, byte[] content) throws IOException {
    Files.write(file, content);
    try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  private static void syncFolder(Path path) {
    try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // Not every file system can do that. What is lost without it is made again.
    }
  }

  private static void deleteIfPossible(Path path) {
    try {
      delete(path);
    } catch (IOException | UncheckedIOException e) {
      // Another attempt may remove it too. What is left has a name that is never read as a result.
    }
  }

  private static void delete(Path path) throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    try (var tree = Files.walk(path)) {
      for (Path entry : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(entry);
      }
    }
  }
}
