package dev.modelcompression.cli;

import dev.modelcompression.cli.step.Failures;
import dev.modelcompression.cli.step.ToolVersion;
import dev.modelcompression.contract.ExitCode;
import java.io.PrintWriter;
import java.util.List;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** Entry point of the {@code mc} command. */
@Command(
    name = "mc",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    description =
        "Makes trained ONNX models smaller and faster, and proves that they are still good enough.",
    synopsisSubcommandLabel = "COMMAND",
    footerHeading = "%nExit codes:%n",
    footer = {
      "  0 done    3 a gate failed    64 bad request    65 bad model or data    69 unsupported",
      "  70 our bug    75 try again    130 interrupted    137 killed or out of memory    143 terminated",
      "%nBegin with: mc run -f examples/fashion-mnist/compression.yaml"
    })
public final class Main {
  private Main() {}

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] args) {
    Preload.begin(List.of(args));
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    var progress = new TerminalProgress(System.err, Terminal.isInteractive());
    var line =
        new CommandLine(new Main())
            .addSubcommand(new RunCommand(progress))
            .addSubcommand(new ValidateCommand());
    StepCommands.all(progress).forEach(command -> line.addSubcommand(command));
    line.addSubcommand(new InputsCommand(progress))
        .addSubcommand(new FetchCommand(progress))
        .addSubcommand(new WriteBackCommand(progress))
        .addSubcommand(new ProbeCommand(progress))
        .addSubcommand(new ReleaseReportCommand(progress))
        .addSubcommand(new StepContractCommand(progress))
        .addSubcommand("completion", new AutoComplete.GenerateCompletion());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setUsageHelpAutoWidth(true);
    line.setParameterExceptionHandler(
        (e, args) -> {
          var command = e.getCommandLine();
          fail(command.getErr(), String.valueOf(e.getMessage()));
          if (!CommandLine.UnmatchedArgumentException.printSuggestions(e, command.getErr())) {
            command.getErr().println("See 'mc " + path(command) + "--help'.");
          }
          return ExitCode.BAD_REQUEST.code();
        });
    line.setExecutionExceptionHandler(
        (e, command, parsed) -> failed(e, command.getErr(), progress));
    line.setExecutionStrategy(
        parsed -> {
          try {
            return new CommandLine.RunLast().execute(parsed);
          } catch (Error e) { // the handler above is only given exceptions
            return failed(e, line.getErr(), progress);
          }
        });
    return line;
  }

  private static int failed(Throwable failure, PrintWriter err, TerminalProgress progress) {
    progress.close();
    fail(err, Failures.message(failure));
    Failures.trace(failure);
    return Failures.exit(failure).code();
  }

  private static String path(CommandLine command) {
    return command.getParent() == null
        ? ""
        : path(command.getParent()) + command.getCommandName() + " ";
  }

  private static void fail(PrintWriter err, String message) {
    err.println("mc: " + message);
    err.flush();
  }

  /** Reads the version that the build stamped. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"mc " + ToolVersion.get()};
    }
  }
}
