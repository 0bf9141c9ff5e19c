package dev.modelcompression.cli;

/** Forms of what a command prints. */
enum OutputFormat {
  /** For people. */
  text,
  /** For programs. */
  json
}
