package dev.modelcompression.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code mc validate}: checks a ModelCompression without running it. */
@Command(
    name = "validate",
    mixinStandardHelpOptions = true,
    description =
        "Checks a ModelCompression and lists everything that is wrong with it; runs nothing.")
final class ValidateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ManifestOptions manifest;

  @Override
  public Integer call() {
    var parsed = manifest.parse();
    spec.commandLine()
        .getOut()
        .printf(
            "%s: valid; %d steps, %d gates%n",
            parsed.metadata().name(), parsed.spec().steps().size(), parsed.spec().gates().size());
    return 0;
  }
}
