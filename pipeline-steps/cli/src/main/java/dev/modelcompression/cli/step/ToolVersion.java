package dev.modelcompression.cli.step;

import java.util.Optional;

/** Version of this program. */
public final class ToolVersion {
  private ToolVersion() {}

  /** As the build stamped it into the jar; {@code dev} when run from class files. */
  public static String get() {
    return Optional.ofNullable(ToolVersion.class.getPackage().getImplementationVersion())
        .orElse("dev");
  }
}
