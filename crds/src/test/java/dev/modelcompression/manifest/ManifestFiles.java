package dev.modelcompression.manifest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The files that show what is a ModelCompression or a ModelRelease and what is none. The operator's
 * {@code ManifestsIT} sends the same files to an API server. The head of an invalid one states what
 * must happen to it:
 *
 * <ul>
 *   <li>{@code # refused: TEXT}: the API server refuses it and says that;
 *   <li>{@code # stalled: REASON: TEXT}: the API server takes it, and it ends in Stalled;
 *   <li>{@code # expect: TEXT}: the command line says that, and nothing that is not stated;
 *   <li>{@code # mc takes it: WHY}: only a cluster cannot run it;
 *   <li>{@code # one machine only: WHY}: it is never sent to an API server.
 * </ul>
 */
final class ManifestFiles {
  /** ModelCompressions. */
  static final Path FOLDER = Path.of("src/test/resources/manifests");

  /** ModelReleases. */
  static final Path RELEASES = Path.of("src/test/resources/releases");

  private ManifestFiles() {}

  static Stream<Path> valid(Path folder) throws IOException {
    return files(folder, "valid-");
  }

  static Stream<Path> invalid(Path folder) throws IOException {
    return files(folder, "invalid-");
  }

  /** What the head states under that word. */
  static List<String> stated(Path file, String word) throws IOException {
    String begin = "# " + word + ": ";
    return Files.readString(file)
        .lines()
        .takeWhile(line -> line.startsWith("#"))
        .filter(line -> line.startsWith(begin))
        .map(line -> line.substring(begin.length()))
        .toList();
  }

  private static Stream<Path> files(Path folder, String prefix) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(prefix))
          .sorted()
          .toList()
          .stream();
    }
  }
}
