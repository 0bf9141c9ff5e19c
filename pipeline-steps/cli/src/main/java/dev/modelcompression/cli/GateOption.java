package dev.modelcompression.cli;

import dev.modelcompression.api.Gate;
import dev.modelcompression.manifest.GateAssignments;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code --gate}: a limit that the model must keep, as {@code spec.gates} of a run. */
final class GateOption {
  private static final String FLAG = "--gate";

  private GateOption() {}

  static void addTo(CommandSpec command) {
    command.addOption(
        OptionSpec.builder(FLAG)
            .type(List.class)
            .auxiliaryTypes(String.class)
            .paramLabel("METRIC.LIMIT=N")
            .arity("1")
            .description(
                "A limit that the model must keep, with the names of spec.gates: top1.maxDrop=0.005,"
                    + " latencyP50.maxRatio=0.5, sizeBytes.max=1e6. May be repeated; exit code 3 when one is"
                    + " not kept or its number was not measured.")
            .build());
  }

  /**
   * The gates that were given; none for a command that has no such option.
   *
   * @throws IllegalArgumentException something is wrong with one
   */
  static List<Gate> read(ParseResult parsed) {
    return GateAssignments.parse(parsed.matchedOptionValue(FLAG, List.of()), FLAG);
  }
}
