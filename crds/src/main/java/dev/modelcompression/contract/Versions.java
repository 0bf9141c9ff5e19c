package dev.modelcompression.contract;

/** Refuses what another version of the contract has written. */
final class Versions {
  private Versions() {}

  static void check(String what, String version) {
    if (!StepRequest.VERSION.equals(version)) {
      throw new IllegalArgumentException(
          "%s: version is '%s', this program speaks '%s'"
              .formatted(what, version, StepRequest.VERSION));
    }
  }
}
