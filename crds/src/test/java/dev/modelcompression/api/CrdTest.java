package dev.modelcompression.api;

import io.fabric8.crdv2.generator.CRDGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CrdTest {
  static final String FILE = "modelcompressions.modelcompression.dev-v1.yml";

  @Test
  void crdIsGeneratedFromTheRecords(@TempDir Path folder) throws IOException {
    new CRDGenerator()
        .customResourceClasses(ModelCompression.class)
        .forCRDVersions("v1")
        .inOutputDir(folder.toFile())
        .generate();
    Generated.assertCurrent(
        Path.of("src/main/resources/META-INF/fabric8", FILE),
        Files.readString(folder.resolve(FILE)));
  }
}
