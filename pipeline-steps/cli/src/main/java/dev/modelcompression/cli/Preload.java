package dev.modelcompression.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.modelcompression.api.StepType;
import dev.modelcompression.cli.step.ToolVersion;
import dev.modelcompression.manifest.ModelCompressionParser;
import dev.modelcompression.onnx.ShapeInference;
import dev.modelcompression.runtime.session.OrtModels;
import java.util.List;
import java.util.Set;

/**
 * Reads the schema, loads native libraries and takes the digest of the build beside the command
 * line's own start, which takes one core only. Saves a third of a second of a command that takes
 * little more than one.
 */
final class Preload {
  /** Commands that need neither. */
  private static final Set<String> LIGHT =
      Set.of("validate", "inputs", "probe", "release-report", "completion", "help");

  private Preload() {}

  /** Begins, if the command that these arguments name will need it. */
  static void begin(List<String> arguments) {
    if (arguments.isEmpty()
        || arguments.get(0).startsWith("-")
        || LIGHT.contains(arguments.get(0))
        || arguments.contains("--help")
        || arguments.contains("-h")) {
      return;
    }
    var thread = new Thread(Preload::load, "preload");
    thread.setDaemon(true);
    // Whatever cannot be loaded is told by the command that needs it.
    thread.setUncaughtExceptionHandler((failed, failure) -> {});
    thread.start();
  }

  private static void load() {
    ModelCompressionParser.settings(
        StepType.OPTIMIZE, JsonNodeFactory.instance.objectNode(), "preload");
    OrtModels.version();
    ShapeInference.preload();
    ToolVersion.get();
  }
}
