package dev.modelcompression.serving;

import java.util.List;

/** What the server says of itself. */
public final class ServerInfo {
  public static final String NAME = "model-compression-server";

  public static final String VERSION = version();

  /** Of the protocol. */
  public static final List<String> EXTENSIONS = List.of("binary_tensor_data");

  /** What the protocol calls an ONNX model in ONNX Runtime. */
  public static final String PLATFORM = "onnxruntime_onnx";

  private ServerInfo() {}

  private static String version() {
    String version = ServerInfo.class.getPackage().getImplementationVersion();
    return version == null ? "unknown" : version;
  }
}
