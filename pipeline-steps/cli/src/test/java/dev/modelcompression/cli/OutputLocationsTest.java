package dev.modelcompression.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputLocationsTest {
  @TempDir Path folder;

  @Test
  void aNewFileAndAnExistingOneCanBeWritten() throws IOException {
    Path there = Files.writeString(folder.resolve("there.onnx"), "old");

    assertThat(OutputLocations.requireFile("-o", folder.resolve("new.onnx")))
        .isEqualTo(folder.resolve("new.onnx"));
    assertThat(OutputLocations.requireFile("-o", there)).isEqualTo(there);
  }

  @Test
  void aLinkIsFollowed() throws IOException {
    Path target = Files.writeString(folder.resolve("target.onnx"), "old");
    Path link = Files.createSymbolicLink(folder.resolve("link.onnx"), target);

    assertThat(OutputLocations.requireFile("-o", link)).isEqualTo(target.toRealPath());
  }

  @Test
  void aLinkToNothingIsRefused() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link.onnx"), folder.resolve("gone"));

    assertThatThrownBy(() -> OutputLocations.requireFile("-o", link))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is a link to nothing");
  }

  @Test
  void aDeviceIsRefused() {
    assertThatThrownBy(() -> OutputLocations.requireFile("-o", Path.of("/dev/null")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("-o: /dev/null is a device or a pipe, expected the name of a file to write");
  }
}
