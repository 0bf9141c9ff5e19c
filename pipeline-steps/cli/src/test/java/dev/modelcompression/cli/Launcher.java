package dev.modelcompression.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Runs the built {@code mc} as a user does: as a process of its own. */
final class Launcher {
  static final Path EXAMPLE = Path.of("../../examples/fashion-mnist").toAbsolutePath().normalize();

  private static final Path MC = Path.of("target/mc/bin/mc").toAbsolutePath();

  /** What a finished command left. */
  record Ended(int exit, String output) {}

  private Launcher() {}

  static Ended mc(Path folder, String... arguments) {
    return mc(folder, Map.of(), arguments);
  }

  /** The same with variables added to the environment. */
  static Ended mc(Path folder, Map<String, String> environment, String... arguments) {
    return end(start(folder, environment, arguments));
  }

  /** What a command leaves, once it has ended. */
  static Ended end(Process process) {
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
    return start(folder, Map.of(), arguments);
  }

  /** The same with variables added to the environment. */
  static Process start(Path folder, Map<String, String> environment, String... arguments) {
    var builder = builder(folder, arguments);
    builder.environment().putAll(environment);
    return start(builder);
  }

  /** A running command with nothing else in its environment, as in a container. */
  static Process startContained(Path folder, Map<String, String> environment, String... arguments) {
    var builder = builder(folder, arguments);
    builder.environment().clear();
    builder.environment().putAll(environment);
    return start(builder);
  }

  private static ProcessBuilder builder(Path folder, String... arguments) {
    // A build in the background of a shell ignores SIGINT, and so would what it starts.
    List<String> command = new ArrayList<>(List.of("env", "--default-signal=INT", MC.toString()));
    command.addAll(Arrays.asList(arguments));
    return new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
  }

  private static Process start(ProcessBuilder builder) {
    try {
      return builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends a signal, such as INT, which is what Ctrl-C sends. */
  static void signal(String name, Process process) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
  }
}
