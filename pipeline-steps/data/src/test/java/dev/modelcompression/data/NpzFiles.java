package dev.modelcompression.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes small {@code .npz} files for tests. */
final class NpzFiles {
  private final Map<String, byte[]> entries = new LinkedHashMap<>();

  NpzFiles floats(String name, long[] shape, float... values) {
    var bytes = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return raw(name, header("<f4", "False", shape), bytes.array());
  }

  NpzFiles longs(String name, long[] shape, long... values) {
    var bytes = ByteBuffer.allocate(values.length * 8).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(values);
    return raw(name, header("<i8", "False", shape), bytes.array());
  }

  NpzFiles bytes(String name, long[] shape, int... values) {
    var bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return raw(name, header("|u1", "False", shape), bytes);
  }

  NpzFiles raw(String name, String header, byte[] payload) {
    byte[] text = header.getBytes(StandardCharsets.US_ASCII);
    var npy = ByteBuffer.allocate(10 + text.length + payload.length).order(ByteOrder.LITTLE_ENDIAN);
    npy.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0}).putShort((short) text.length);
    entries.put(name + ".npy", npy.put(text).put(payload).array());
    return this;
  }

  Path write(Path file) {
    try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
      for (var entry : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file;
  }

  static String header(String descr, String fortran, long... shape) {
    String dims = Arrays.stream(shape).mapToObj(d -> d + ",").collect(Collectors.joining(" "));
    return "{'descr': '"
        + descr
        + "', 'fortran_order': "
        + fortran
        + ", 'shape': ("
        + dims
        + "), }\n";
  }
}
