package dev.modelcompression.cli.report;

/** How the run ended. */
public enum Verdict {
  /** Every gate passed. */
  Passed("Passed", "\u2713"),
  /** At least one gate failed. */
  Failed("Gates failed", "\u2717"),
  /** Several trials ran and none passed every gate; the result is the closest of them. */
  BestEffort("Best effort, gates failed", "!"),
  /** A step failed or was stopped, so there is no result to judge. */
  Incomplete("Incomplete", "!");

  private final String label;
  private final String symbol;

  Verdict(String label, String symbol) {
    this.label = label;
    this.symbol = symbol;
  }

  /** The verdict for people. */
  public String label() {
    return label;
  }

  /** One character that carries the verdict where colour cannot. */
  public String symbol() {
    return symbol;
  }
}
