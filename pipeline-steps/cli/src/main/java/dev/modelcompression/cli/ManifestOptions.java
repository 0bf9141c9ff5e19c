package dev.modelcompression.cli;

import dev.modelcompression.api.Manifest;
import dev.modelcompression.api.release.ReleaseManifest;
import dev.modelcompression.data.InvalidDataException;
import dev.modelcompression.manifest.ModelCompressionParser;
import dev.modelcompression.manifest.ModelReleaseParser;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The options that name a ModelCompression. */
final class ManifestOptions {
  @Option(
      names = {"-f", "--filename"},
      paramLabel = "FILE",
      required = true,
      description = "The YAML file with the ModelCompression.")
  private Path file = Path.of("");

  @Option(
      names = "--set",
      paramLabel = "PATH=VALUE",
      description =
          "Replaces a value of the file, such as spec.steps[prune].prune.ratio=0.4 or spec.gates[0].maxDrop=0.01."
              + " May be repeated.")
  private List<String> overrides = new ArrayList<>();

  /**
   * Reads the file.
   *
   * @throws IllegalArgumentException something is wrong with its content
   */
  Manifest parse() {
    return ModelCompressionParser.parse(text(), file.toString(), overrides);
  }

  /**
   * Whether the file says that it is a ModelRelease.
   *
   * @throws IllegalArgumentException it is not YAML with one document
   */
  boolean isRelease() {
    return ModelReleaseParser.isRelease(text(), file.toString());
  }

  /**
   * Reads the file as a ModelRelease.
   *
   * @throws IllegalArgumentException something is wrong with its content
   */
  ReleaseManifest parseRelease() {
    return ModelReleaseParser.parse(text(), file.toString(), overrides);
  }

  /** The text of the file, as it is. */
  String text() {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException(file + ": no such file", e);
    } catch (MalformedInputException e) {
      throw new IllegalArgumentException(file + ": not a text file in UTF-8", e);
    } catch (IOException e) {
      throw new InvalidDataException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /** The folder that relative locations in the file are relative to. */
  Path folder() {
    Path parent = file.toAbsolutePath().normalize().getParent();
    return parent == null ? Path.of("/") : parent;
  }

  /** The command that runs the same again. */
  String command(Path workspace) {
    var command = new StringBuilder("mc run -f ").append(file);
    overrides.forEach(override -> command.append(" --set '").append(override).append('\''));
    return command.append(" --workspace ").append(workspace).toString();
  }
}
