package dev.modelcompression.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Runs the built {@code mc} as a user does: as a process of its own. */
final class Launcher {
  static final Path EXAMPLE = Path.of("../../examples/fashion-mnist").toAbsolutePath().normalize();

  private static final Path MC = Path.of("target/mc/bin/mc").toAbsolutePath();

  /** What a finished command left. */
  record Ended(int exit, String output) {}

  private Launcher() {}

  static Ended mc(Path folder, String... arguments) {
    var process = start(folder, arguments);
    try {
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Ended(process.waitFor(), output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** A running command with standard error in its output. */
  static Process start(Path folder, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(MC.toString());
    command.addAll(Arrays.asList(arguments));
    try {
      return new ProcessBuilder(command)
          .directory(folder.toFile())
          .redirectErrorStream(true)
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
