package dev.modelcompression.onnx;

import java.nio.ByteBuffer;

/**
 * Source of tensors that a model keeps outside its own message.
 *
 * @see <a href="https://github.com/onnx/onnx/blob/main/docs/ExternalData.md">ONNX external data</a>
 */
@FunctionalInterface
public interface ExternalData {
  /** For models that must be self-contained: any external tensor is an error. */
  ExternalData NONE =
      (location, offset, length) -> {
        throw new InvalidModelException(
            "external data '"
                + location
                + "' is not available: the model was given as bytes, without its folder");
      };

  /**
   * Bytes {@code [offset, offset + length)} of the file {@code location}, relative to the model's
   * folder.
   *
   * @param length number of bytes, or −1 for all from {@code offset} to the end of the file
   * @return a read-only view, little-endian; may be memory-mapped
   * @throws InvalidModelException the location leaves the model's folder, or the range leaves the
   *     file
   */
  ByteBuffer map(String location, long offset, long length);
}
