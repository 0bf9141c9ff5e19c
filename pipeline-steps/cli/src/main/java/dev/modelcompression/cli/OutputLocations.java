package dev.modelcompression.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Checks, before any work is done, that its result will have a place. */
final class OutputLocations {
  private OutputLocations() {}

  /**
   * A file that can be written: its folder is there, and it is no folder itself, nor a device or a
   * pipe, which would be replaced by a file. A link is followed, so that it stays a link.
   *
   * @param setting what names the file
   * @return the file to write
   * @throws IllegalArgumentException it cannot be written
   */
  static Path requireFile(String setting, Path file) {
    if (file.toString().equals("-")) {
      throw new IllegalArgumentException(
          setting
              + ": a model is not written to standard output; name a file, or ./- if you mean it");
    }
    Path target = target(setting, file);
    if (Files.isDirectory(target)) {
      throw new IllegalArgumentException(
          setting + ": " + file + " is a folder, expected the name of a file to write");
    }
    if (Files.exists(target) && !Files.isRegularFile(target)) {
      throw new IllegalArgumentException(
          setting + ": " + file + " is a device or a pipe, expected the name of a file to write");
    }
    Path parent = target.toAbsolutePath().normalize().getParent();
    if (parent == null || !Files.isDirectory(parent)) {
      throw new IllegalArgumentException(
          setting + ": " + file + " cannot be written: there is no folder " + parent);
    }
    return target;
  }

  private static Path target(String setting, Path file) {
    if (!Files.isSymbolicLink(file)) {
      return file;
    }
    try {
      return file.toRealPath();
    } catch (IOException e) {
      throw new IllegalArgumentException(
          setting + ": " + file + " is a link to nothing; remove it, or name another file", e);
    }
  }

  /**
   * A folder that is there or can be made: nothing on the way to it is a file.
   *
   * @param setting what names the folder
   * @throws IllegalArgumentException something is
   */
  static void requireFolder(String setting, Path folder) {
    for (Path path = folder.toAbsolutePath().normalize(); path != null; path = path.getParent()) {
      if (Files.exists(path) && !Files.isDirectory(path)) {
        throw new IllegalArgumentException(
            setting + ": " + path + " is a file, expected a folder; name another one");
      }
    }
  }

  /**
   * A folder that holds nothing, or is not there.
   *
   * @param setting what names the folder
   * @throws IllegalArgumentException something is in it
   */
  static void requireEmpty(String setting, Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (var entries = Files.list(folder)) {
      if (entries.findAny().isPresent()) {
        throw new IllegalArgumentException(
            setting + ": " + folder + " is not empty and not of this command; name another folder");
      }
    }
  }
}
