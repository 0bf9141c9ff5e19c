package dev.modelcompression.engine;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Every change that a workspace makes to files, and nothing else: one place to crash in tests. */
class Disk {
  /** Writes a file whole and makes it durable. */
  void write(Path file, byte[] content) throws IOException {
    Files.write(file, content);
    sync(file);
  }

  /** Makes the content of a file or the entries of a folder durable. */
  void sync(Path path) throws IOException {
    StandardOpenOption mode =
        Files.isDirectory(path) ? StandardOpenOption.READ : StandardOpenOption.WRITE;
    try (FileChannel channel = FileChannel.open(path, mode)) {
      channel.force(true);
    }
  }

  /** Moves a file or folder within the file system, at once. */
  void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Deletes one file or empty folder. */
  void delete(Path path) throws IOException {
    Files.delete(path);
  }

  /** Makes a folder and those around it. */
  void createFolder(Path folder) throws IOException {
    Files.createDirectories(folder);
  }

  /** Deletes a folder with all that is in it; does nothing when it is not there. */
  final void deleteTree(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    for (Path path : tree(folder)) {
      delete(path);
    }
  }

  /** A folder and all that is in it, what a folder holds before the folder. */
  static List<Path> tree(Path folder) throws IOException {
    try (Stream<Path> walk = Files.walk(folder)) {
      return walk.sorted(Comparator.reverseOrder()).toList();
    }
  }
}
