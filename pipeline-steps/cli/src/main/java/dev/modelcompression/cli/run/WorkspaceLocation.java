package dev.modelcompression.cli.run;

import dev.modelcompression.api.Manifest;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Decides which folder a run on this machine uses as its workspace. */
public final class WorkspaceLocation {
  private WorkspaceLocation() {}

  /**
   * The folder: the one asked for, else the one that {@code spec.workspace} names on this machine,
   * else {@code mc-workspace/NAME} in the current folder, because claims and buckets belong to a
   * cluster.
   *
   * @param asked from the command line
   */
  public static Path of(@Nullable Path asked, Manifest manifest) {
    if (asked != null) {
      return asked;
    }
    var declared = manifest.spec().workspace();
    if (declared != null && declared.uri().startsWith("file:")) {
      return Path.of(URI.create(declared.uri()));
    }
    return Path.of("mc-workspace", manifest.metadata().name());
  }
}
