package dev.modelcompression.contract;

/** What a pod leaves with Kubernetes when its container ends, whatever it was asked for. */
public interface EndMessage {
  /** How it ended. */
  ExitCode exit();

  /** The message as JSON of at most {@value TerminationMessage#MAX_BYTES} bytes. */
  String toJson();
}
