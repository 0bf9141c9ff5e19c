package dev.modelcompression.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Checks, before any work is done, that its result will have a place. */
final class OutputLocations {
  private OutputLocations() {}

  /**
   * A file that can be written: its folder is there, and it is no folder itself.
   *
   * @param setting what names the file
   * @throws IllegalArgumentException it cannot
   */
  static void requireFile(String setting, Path file) {
    if (Files.isDirectory(file)) {
      throw new IllegalArgumentException(
          setting + ": " + file + " is a folder, expected the name of a file to write");
    }
    Path parent = file.toAbsolutePath().normalize().getParent();
    if (parent == null || !Files.isDirectory(parent)) {
      throw new IllegalArgumentException(
          setting + ": " + file + " cannot be written: there is no folder " + parent);
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
