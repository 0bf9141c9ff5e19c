package dev.modelcompression.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The choice between text for people and JSON for programs. */
final class Output {
  private static final String OUTPUT = "--output";

  private Output() {}

  /**
   * Adds {@code --output}.
   *
   * @param shortName whether {@code -o} is free for it; commands that write a model have it for the
   *     file
   */
  static void addTo(CommandSpec command, boolean shortName) {
    var names = shortName ? new String[] {"-o", OUTPUT} : new String[] {OUTPUT};
    command.addOption(
        OptionSpec.builder(names)
            .type(OutputFormat.class)
            .paramLabel("text|json")
            .arity("1")
            .defaultValue("text")
            .description("Form of what is printed. Defaults to text.")
            .build());
  }

  static boolean isJson(ParseResult parsed) {
    return parsed.matchedOptionValue(OUTPUT, OutputFormat.text) == OutputFormat.json;
  }
}
