package dev.modelcompression.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Committed files that are generated: compared by default, written with {@code -Dgenerate}. */
final class Generated {
  private static final boolean WRITE = System.getProperty("generate") != null;

  private Generated() {}

  static void assertCurrent(Path file, String content) throws IOException {
    if (WRITE) {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.writeString(file, content);
    }
    assertThat(Files.exists(file) ? Files.readString(file) : "")
        .as("%s is stale; run: mvn -pl crds test -Dgenerate", file)
        .isEqualTo(content);
  }
}
