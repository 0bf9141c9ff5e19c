package dev.modelcompression.serving.infer;

/** Who waits for an answer. Called once, by the thread that ran the request. */
public interface Receiver {
  void answered(Answer answer);

  void refused(RequestException reason);
}
