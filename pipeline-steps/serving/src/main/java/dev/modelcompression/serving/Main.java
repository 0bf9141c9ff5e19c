package dev.modelcompression.serving;

import dev.modelcompression.contract.ExitCode;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;

/** The server's process. */
@QuarkusMain
public final class Main {
  Main() {}

  public static void main(String... arguments) {
    try {
      Settings.of(System.getenv());
    } catch (IllegalArgumentException e) {
      System.err.println("model server: " + e.getMessage());
      System.exit(ExitCode.BAD_REQUEST.code());
    }
    Quarkus.run(arguments);
  }
}
