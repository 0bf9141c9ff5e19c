package dev.modelcompression.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** How many threads a step may use. Part of what decides the last bits of results. */
final class Threads {
  static final String FLAG = "--threads";

  /**
   * The same on every machine, so that results are the same too. More gain little on networks of
   * this size.
   */
  static final int DEFAULT = 2;

  private Threads() {}

  static void addTo(CommandSpec command) {
    command.addOption(
        OptionSpec.builder(FLAG)
            .type(Integer.class)
            .paramLabel("N")
            .arity("1")
            .description(
                "Threads to compute with. Results are bit-identical for the same number on the same kind of CPU."
                    + " Defaults to 2.")
            .build());
  }

  static int of(ParseResult parsed) {
    return check(parsed.matchedOptionValue(FLAG, DEFAULT));
  }

  /** The number asked for, or the default. */
  static int check(@Nullable Integer asked) {
    int threads = asked == null ? DEFAULT : asked;
    if (threads < 1 || threads > 1024) {
      throw new IllegalArgumentException(FLAG + ": found " + threads + ", expected 1 to 1024");
    }
    return threads;
  }
}
