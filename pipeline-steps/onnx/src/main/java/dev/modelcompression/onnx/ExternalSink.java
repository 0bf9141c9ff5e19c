package dev.modelcompression.onnx;

import java.nio.ByteBuffer;

/** Where a writer puts tensors that do not go into the model's own message. */
public interface ExternalSink {
  /** Name of the file, relative to the model's folder, written into the model. */
  String location();

  /**
   * Appends the bytes.
   *
   * @return offset of the first byte appended
   */
  long append(ByteBuffer bytes);
}
