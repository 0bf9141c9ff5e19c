package dev.modelcompression.cli.step;

import dev.modelcompression.data.Digests;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Tells builds of a program apart by its class path and Java.
 *
 * <p>Jars of the program's own version and folders count with all that is in them, by the checksums
 * that a jar's directory holds; other jars, whose names hold their versions, by name and size. So a
 * few milliseconds are enough, and neither places nor times nor the order of the class path matter.
 */
final class BuildDigest {
  private BuildDigest() {}

  /**
   * SHA-256 as 64 hexadecimal digits.
   *
   * @param classPath jars and folders of class files; those that are not there do not count
   * @param version the program's own version, with which the names of its jars end
   * @param java version of Java, whose mathematical functions differ in last bits
   */
  static String of(List<Path> classPath, String version, String java) throws IOException {
    var lines = new ArrayList<String>();
    for (Path entry : classPath) {
      if (Files.isDirectory(entry)) {
        addFolder(entry, lines);
      } else if (entry.toString().endsWith("-" + version + ".jar")) {
        addJar(entry, lines);
      } else if (Files.exists(entry)) {
        lines.add(entry.getFileName() + " " + Files.size(entry));
      }
    }
    lines.sort(Comparator.naturalOrder());
    lines.add("java " + java);
    var listing = String.join("\n", lines).getBytes(StandardCharsets.UTF_8);
    return Digests.of(listing).substring("sha256:".length());
  }

  private static void addJar(Path jar, List<String> lines) throws IOException {
    try (var zip = new ZipFile(jar.toFile())) {
      zip.stream().filter(entry -> !entry.isDirectory()).forEach(entry -> lines.add(line(entry)));
    }
  }

  private static String line(ZipEntry entry) {
    return line(entry.getName(), entry.getCrc(), entry.getSize());
  }

  private static void addFolder(Path folder, List<String> lines) throws IOException {
    List<Path> files;
    try (var tree = Files.walk(folder)) {
      files = tree.filter(Files::isRegularFile).toList();
    }
    for (Path file : files) {
      var content = Files.readAllBytes(file);
      var checksum = new CRC32();
      checksum.update(content);
      lines.add(line(folder.relativize(file).toString(), checksum.getValue(), content.length));
    }
  }

  private static String line(String name, long checksum, long size) {
    return name + " " + Long.toHexString(checksum) + " " + size;
  }
}
