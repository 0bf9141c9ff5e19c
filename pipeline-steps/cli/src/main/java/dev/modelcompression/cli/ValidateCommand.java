package dev.modelcompression.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code mc validate}: checks a ModelCompression or a ModelRelease without running it. */
@Command(
    name = "validate",
    mixinStandardHelpOptions = true,
    description =
        "Checks a ModelCompression or a ModelRelease and lists everything that is wrong with it; runs"
            + " nothing.")
final class ValidateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ManifestOptions manifest;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    if (manifest.isRelease()) {
      var release = manifest.parseRelease();
      out.printf(
          "%s: valid; %d weights, %d metrics%n",
          release.metadata().name(),
          release.spec().traffic().weights().size(),
          release.spec().analysis().metrics().size());
      return 0;
    }
    var compression = manifest.parse();
    out.printf(
        "%s: valid; %d steps, %d gates%n",
        compression.metadata().name(),
        compression.spec().steps().size(),
        compression.spec().gates().size());
    return 0;
  }
}
