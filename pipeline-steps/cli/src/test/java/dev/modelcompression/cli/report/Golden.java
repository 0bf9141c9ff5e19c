package dev.modelcompression.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Committed files that must equal what the code makes; {@code -Dgolden.update} writes them anew.
 */
final class Golden {
  private Golden() {}

  static void assertMatches(Path file, String actual) throws IOException {
    if (System.getProperty("golden.update") != null) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, actual);
    }
    assertThat(actual)
        .as("%s; -Dgolden.update writes it anew", file)
        .isEqualTo(Files.readString(file));
  }
}
