package dev.modelcompression.cli.step;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** Version of this program, down to the build, such as {@code 0.1.0+3f2a9c01b7de}. */
public final class ToolVersion {
  private static final int DIGITS = 12;

  private ToolVersion() {}

  /**
   * The version that the build stamped into the jar ({@code dev} when run from class files) and the
   * start of the {@link BuildDigest}: two builds that could compute different results differ.
   */
  public static String get() {
    return Holder.VALUE;
  }

  /** Found when first asked for. */
  private static final class Holder {
    static final String VALUE = find();

    private static String find() {
      String version =
          Optional.ofNullable(ToolVersion.class.getPackage().getImplementationVersion())
              .orElse("dev");
      var classPath =
          Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
              .map(Path::of)
              .toList();
      try {
        String digest = BuildDigest.of(classPath, version, Runtime.version().toString());
        return version + "+" + digest.substring(0, DIGITS);
      } catch (IOException e) {
        throw new UncheckedIOException(
            "the program cannot read its own files: " + e.getMessage(), e);
      }
    }
  }
}
