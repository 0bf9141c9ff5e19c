package dev.modelcompression.manifest;

/**
 * One thing that is wrong with a manifest.
 *
 * @param path where, such as {@code spec.steps[1].prune.ratio}; empty for the document as a whole
 * @param line line in the file, from 1; 0 when there is none
 * @param text what was found and what was expected
 */
public record Problem(String path, int line, String text) {
  @Override
  public String toString() {
    return (line > 0 ? "line " + line + ": " : "") + (path.isEmpty() ? "" : path + ": ") + text;
  }
}
