package dev.modelcompression.cli.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelcompression.data.InvalidDataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileLocationsTest {
  @TempDir Path mounts;
  @TempDir Path elsewhere;

  @BeforeEach
  void mount() throws IOException {
    System.setProperty("mc.claims", mounts.toString());
    Files.createDirectories(mounts.resolve("models/a"));
  }

  @AfterEach
  void unmount() {
    System.clearProperty("mc.claims");
  }

  @Test
  void aPlaceInAClaimIsBelowItsMount() throws IOException {
    Path file = Files.createFile(mounts.resolve("models/a/net.onnx"));

    assertThat(resolve("pvc://models/a/net.onnx")).isEqualTo(file);
    assertThat(FileLocations.absolute("pvc://models/a/net.onnx", file))
        .isEqualTo("pvc://models/a/net.onnx");
    assertThat(ClaimFolders.resolve("pvc://models/new/steps/1"))
        .isEqualTo(mounts.resolve("models/new/steps/1"));
  }

  @Test
  void linksWithinAClaimAreFollowedAndOthersAreNot() throws IOException {
    Path secret = Files.writeString(elsewhere.resolve("secret.npz"), "secret");
    Path file = Files.createFile(mounts.resolve("models/a/net.onnx"));
    Files.createSymbolicLink(mounts.resolve("models/latest"), Path.of("a"));
    Files.createSymbolicLink(mounts.resolve("models/out"), elsewhere);
    Files.createSymbolicLink(mounts.resolve("models/file.npz"), secret);
    Files.createSymbolicLink(mounts.resolve("models/dangling"), elsewhere.resolve("not-yet"));

    assertThat(resolve("pvc://models/latest/net.onnx").toRealPath()).isEqualTo(file.toRealPath());
    for (String uri :
        new String[] {
          "pvc://models/out/secret.npz", "pvc://models/file.npz", "pvc://models/out/new"
        }) {
      assertThatThrownBy(() -> resolve(uri))
          .isInstanceOf(InvalidDataException.class)
          .hasMessage("'" + uri + "': is a link that leaves the claim");
    }
    assertThatThrownBy(() -> ClaimFolders.resolve("pvc://models/dangling"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cannot be read");
  }

  @Test
  void saysWhatIsNotThere() {
    assertThatThrownBy(() -> resolve("pvc://models/none.onnx"))
        .isInstanceOf(InvalidDataException.class)
        .hasMessage(
            "%s: no such file (from 'pvc://models/none.onnx')", mounts.resolve("models/none.onnx"));
    assertThatThrownBy(() -> resolve("pvc://other/none.onnx"))
        .isInstanceOf(InvalidDataException.class)
        .hasMessage(
            "'pvc://other/none.onnx': claim 'other' is not mounted here, there is no folder %s",
            mounts.resolve("other"));
    assertThatThrownBy(() -> resolve("pvc://models/../other/x"))
        .isInstanceOf(InvalidDataException.class)
        .hasMessageContaining("leaves the claim");
  }

  private Path resolve(String uri) {
    return FileLocations.resolve(uri, elsewhere);
  }
}
