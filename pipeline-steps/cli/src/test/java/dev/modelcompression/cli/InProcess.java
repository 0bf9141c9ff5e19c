package dev.modelcompression.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Arrays;

/** Runs {@code mc} within the test, for what needs no process of its own. */
final class InProcess {
  /** What a finished command left. */
  record Ended(int exit, String out, String err) {}

  private InProcess() {}

  /** Runs a command; paths are given as they are. */
  static Ended mc(Object... arguments) {
    var out = new StringWriter();
    var err = new StringWriter();
    var line = Main.commandLine();
    line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    int exit = line.execute(Arrays.stream(arguments).map(InProcess::text).toArray(String[]::new));
    return new Ended(exit, out.toString(), err.toString());
  }

  private static String text(Object argument) {
    return argument instanceof Path path ? path.toAbsolutePath().toString() : argument.toString();
  }
}
