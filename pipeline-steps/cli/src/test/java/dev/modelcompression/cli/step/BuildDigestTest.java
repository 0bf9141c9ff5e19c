package dev.modelcompression.cli.step;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuildDigestTest {
  private static final String VERSION = "0.1.0-SNAPSHOT";
  private static final String JAVA = "17.0.15";

  @TempDir Path folder;
  private Path own;
  private Path library;
  private Path classes;
  private String before = "";

  @BeforeEach
  void build() throws IOException {
    own = jar("engine-" + VERSION + ".jar", "code", 0);
    library = jar("library-1.2.jar", "code", 0);
    classes = Files.createDirectory(folder.resolve("classes"));
    Files.writeString(classes.resolve("A.class"), "code");
    before = digest();
  }

  @Test
  void theSameContentIsTheSameBuildWhereverAndWheneverItWasBuilt() throws IOException {
    jar("engine-" + VERSION + ".jar", "code", 86_400_000);
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    Path moved = Files.move(library, elsewhere.resolve("library-1.2.jar"));

    assertThat(BuildDigest.of(List.of(classes, moved, own), VERSION, JAVA)).isEqualTo(before);
  }

  @Test
  void changedCodeOfTheSameVersionAndSizeIsAnotherBuild() throws IOException {
    jar("engine-" + VERSION + ".jar", "edoc", 0);
    assertThat(digest()).isNotEqualTo(before);
  }

  @Test
  void changedClassFilesAreAnotherBuild() throws IOException {
    Files.writeString(classes.resolve("A.class"), "edoc");
    assertThat(digest()).isNotEqualTo(before);
  }

  @Test
  void anotherLibraryOrJavaIsAnotherBuild() throws IOException {
    library = Files.move(library, folder.resolve("library-1.3.jar"));
    assertThat(digest()).isNotEqualTo(before);
    assertThat(BuildDigest.of(List.of(own), VERSION, "21.0.1"))
        .isNotEqualTo(BuildDigest.of(List.of(own), VERSION, JAVA));
  }

  private String digest() throws IOException {
    return BuildDigest.of(List.of(own, library, classes), VERSION, JAVA);
  }

  private Path jar(String name, String content, long time) throws IOException {
    Path file = folder.resolve(name);
    try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
      var entry = new ZipEntry("dev/A.class");
      entry.setLastModifiedTime(FileTime.fromMillis(time));
      zip.putNextEntry(entry);
      zip.write(content.getBytes(java.nio.charset.StandardCharsets.UTF_8));
      zip.closeEntry();
    }
    return file;
  }
}
