package dev.modelcompression.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class TemporaryFolderTest {
  @Test
  void aFullDiskIsToldWithTheFolderAndWhatToDo() throws IOException {
    try (var folder = new TemporaryFolder()) {
      folder.requireRoom(3_000_000);
      Files.delete(folder.file("probe"));
      // A device that is always full.
      Files.createSymbolicLink(folder.file("probe"), Path.of("/dev/full"));

      assertThatThrownBy(() -> folder.requireRoom(1))
          .isInstanceOf(TemporaryFolderException.class)
          .hasMessage(
              "temporary folder %s cannot be written: No space left on device; see that it exists and has room, or name another by TMPDIR"
                  .formatted(System.getProperty("java.io.tmpdir")));
    }
  }

  @Test
  void nothingIsLeft() throws IOException {
    Path file;
    try (var folder = new TemporaryFolder()) {
      file = folder.file("model");
      folder.requireRoom(10);
    }
    assertThat(file.getParent()).doesNotExist();
  }
}
