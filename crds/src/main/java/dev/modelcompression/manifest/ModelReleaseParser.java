package dev.modelcompression.manifest;

import dev.modelcompression.api.release.ReleaseManifest;
import dev.modelcompression.api.release.ReleaseSpec;
import dev.modelcompression.contract.ContractJson;
import java.util.List;
import java.util.regex.Pattern;

/** Reads a {@code ModelRelease} and says everything that is wrong with it. */
public final class ModelReleaseParser {
  private static final ManifestReader READER =
      new ManifestReader(
          ReleaseManifest.KIND,
          new ManifestReader.Name(
              Pattern.compile("[a-z]([-a-z0-9]{0,38}[a-z0-9])?"),
              "at most 40 lower-case letters, digits and dashes that begin with a letter"),
          Schema.RELEASE,
          ReleaseRules::check);

  private ModelReleaseParser() {}

  /**
   * Whether a file says that it is a ModelRelease.
   *
   * @throws InvalidManifestException it is not YAML with one document
   */
  public static boolean isRelease(String yaml, String source) {
    return YamlTree.read(yaml, source).root().path("kind").asText().equals(ReleaseManifest.KIND);
  }

  /**
   * Reads a manifest of which some values are replaced.
   *
   * @param yaml the text of a file with one document
   * @param source name of the file, for messages
   * @param overrides {@code path=value} each, applied in order
   * @throws InvalidManifestException anything is wrong; lists all of it
   * @see SpecOverrides
   */
  public static ReleaseManifest parse(String yaml, String source, List<String> overrides) {
    return ContractJson.read(
        READER.read(yaml, source, overrides).toString(), ReleaseManifest.class, source);
  }

  /**
   * Holds a whole spec that did not come through {@link #parse} against the schema and the rules
   * that cross fields.
   *
   * @return everything that is wrong; empty when nothing is
   */
  public static List<Problem> check(ReleaseSpec spec) {
    return READER.check(ContractJson.tree(spec));
  }
}
