package dev.modelcompression.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** How many threads a step may use. Part of what decides the last bits of trained weights. */
final class Threads {
  static final String FLAG = "--threads";

  /**
   * More threads gain little on networks of this size, and results stay the same on most machines.
   */
  private static final int MOST_BY_DEFAULT = 2;

  private Threads() {}

  static void addTo(CommandSpec command) {
    command.addOption(
        OptionSpec.builder(FLAG)
            .type(Integer.class)
            .paramLabel("N")
            .arity("1")
            .description(
                "Threads to compute with. Trained weights are bit-identical for the same number. Defaults to 2,"
                    + " or 1 on a single core.")
            .build());
  }

  static int of(ParseResult parsed) {
    return check(parsed.matchedOptionValue(FLAG, byDefault()));
  }

  /** The number asked for, or the default. */
  static int check(@Nullable Integer asked) {
    int threads = asked == null ? byDefault() : asked;
    if (threads < 1 || threads > 1024) {
      throw new IllegalArgumentException(FLAG + ": found " + threads + ", expected 1 to 1024");
    }
    return threads;
  }

  static int byDefault() {
    return Math.min(MOST_BY_DEFAULT, Runtime.getRuntime().availableProcessors());
  }
}
