package dev.modelcompression.runtime.session;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How ONNX Runtime loads and runs a model.
 *
 * @param threads threads inside one operator, at least 1
 * @param optimization which graph rewrites ONNX Runtime applies while it loads
 * @param optimizedModel where to write the graph after those rewrites, if anywhere
 * @param profile prefix of the profile file, if each run is to be profiled
 */
public record SessionSettings(
    int threads, Optimization optimization, Optional<Path> optimizedModel, Optional<Path> profile) {

  /** Graph optimization levels, each containing the one before. */
  public enum Optimization {
    /** The graph as it is. */
    NONE,
    /** Rewrites that stay within the standard operators. */
    BASIC,
    /** Fusions into operators of ONNX Runtime's own, such as {@code QLinearConv}. */
    EXTENDED,
    /** Also layouts that fit the CPU at hand. */
    ALL
  }

  public SessionSettings {
    if (threads < 1) {
      throw new IllegalArgumentException("threads: found " + threads + ", allowed: 1 or more");
    }
  }

  /** As a server would run the model: every optimization, the given threads per operator. */
  public static SessionSettings threads(int threads) {
    return new SessionSettings(threads, Optimization.ALL, Optional.empty(), Optional.empty());
  }

  public SessionSettings with(Optimization level) {
    return new SessionSettings(threads, level, optimizedModel, profile);
  }

  public SessionSettings withOptimizedModel(Path file) {
    return new SessionSettings(threads, optimization, Optional.of(file), profile);
  }

  public SessionSettings withProfile(Path prefix) {
    return new SessionSettings(threads, optimization, optimizedModel, Optional.of(prefix));
  }
}
