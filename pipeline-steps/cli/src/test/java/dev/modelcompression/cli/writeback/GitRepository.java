package dev.modelcompression.cli.writeback;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A bare repository, filled and read by {@code git} itself as another user does. */
final class GitRepository {
  private final Path bare;
  private final Path clone;

  /** A repository with one file on its branch main. */
  GitRepository(Path bare, Path clone, String path, String text) {
    this.bare = bare;
    this.clone = clone;
    git("init", "-q", "--bare", "-b", "main", bare.toString());
    git("-C", bare.toString(), "config", "http.receivepack", "true");
    git("init", "-q", "-b", "main", clone.toString());
    in(clone, "remote", "add", "origin", bare.toString());
    write(path, text, "Begin");
  }

  /** Commits a file as somebody else. */
  void write(String path, String text, String message) {
    try {
      Path file = clone.resolve(path);
      Files.createDirectories(file.resolveSibling(""));
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    in(clone, "add", "-A");
    in(clone, "commit", "-q", "-m", message);
    in(clone, "push", "-q", "origin", "HEAD:main");
  }

  /** Makes many commits. */
  void grow(int commits) {
    for (int i = 0; i < commits; i++) {
      in(clone, "commit", "-q", "--allow-empty", "-m", "Note " + i);
    }
    in(clone, "push", "-q", "origin", "HEAD:main");
  }

  /** Makes a branch at the newest commit. */
  void branch(String name) {
    in(bare, "branch", name, "main");
  }

  /** Takes back the newest commit, as somebody else. */
  void revert() {
    in(clone, "pull", "-q", "origin", "main");
    in(clone, "revert", "--no-edit", "HEAD");
    in(clone, "push", "-q", "origin", "HEAD:main");
  }

  /** Runs a program whenever somebody pushes. */
  void hook(String name, String program) {
    try {
      Path hook = Files.writeString(bare.resolve("hooks").resolve(name), "#!/bin/sh\n" + program);
      assertThat(hook.toFile().setExecutable(true)).isTrue();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ids of the commits of a branch, the newest first. */
  List<String> commits(String branch) {
    return in(bare, "log", "--format=%H", branch).lines().toList();
  }

  List<String> branches() {
    return in(bare, "for-each-ref", "--format=%(refname:short)", "refs/heads").lines().toList();
  }

  String message(String commit) {
    return in(bare, "log", "-1", "--format=%B", commit);
  }

  String file(String branch, String path) {
    return in(bare, "show", branch + ":" + path);
  }

  /** Lines that a commit changed, with {@code -} and {@code +} before them. */
  List<String> changes(String commit) {
    return in(bare, "show", "--format=", "-U0", commit)
        .lines()
        .filter(line -> line.matches("[-+](?![-+]{2} ).*"))
        .toList();
  }

  private static String in(Path folder, String... arguments) {
    var all = new ArrayList<>(List.of("-C", folder.toString()));
    all.addAll(List.of(arguments));
    return git(all.toArray(String[]::new));
  }

  private static String git(String... arguments) {
    var command =
        new ArrayList<>(List.of("git", "-c", "user.name=Other", "-c", "user.email=o@example.com"));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("GIT_CONFIG_GLOBAL", "/dev/null");
    builder.environment().put("GIT_CONFIG_SYSTEM", "/dev/null");
    try {
      var process = builder.start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as("%s: %s", command, output).isZero();
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
