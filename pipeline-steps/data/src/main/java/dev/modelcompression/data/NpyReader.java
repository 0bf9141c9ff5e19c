package dev.modelcompression.data;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads arrays in NumPy's {@code .npy} format, versions 1 to 3.
 *
 * <p>Takes plain numbers only: an array of Python objects is a pickle, and unpickling runs code.
 *
 * @see <a
 *     href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">numpy.lib.format</a>
 */
final class NpyReader {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int MAX_HEADER = 1 << 16;
  private static final Pattern DESCR = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
  private static final Pattern FORTRAN = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([\\d,\\sL]*)\\)");

  private NpyReader() {}

  /**
   * Reads one array.
   *
   * @param mostBytes bytes that the stream can hold at most; a header that claims more is lying
   * @param where file and array, for messages
   * @throws InvalidDataException not the format, not plain numbers, truncated, or over 2 GiB
   */
  static NpyArray read(InputStream input, long mostBytes, String where) throws IOException {
    var in = new DataInputStream(input);
    String header = header(in, where);
    String descr = required(DESCR, header, "descr", where);
    var type =
        Arrays.stream(NpyArray.Type.values())
            .filter(t -> t.descr().equals(descr))
            .findFirst()
            .orElseThrow(() -> new InvalidDataException(unknownType(where, descr)));
    long[] shape = shape(required(SHAPE, header, "shape", where), where);
    if (required(FORTRAN, header, "fortran_order", where).equals("True") && shape.length > 1) {
      throw new InvalidDataException(
          where
              + ": stored in column-major order, expected row-major; save numpy.ascontiguousarray(array)");
    }
    return new NpyArray(type, shape, payload(in, type, shape, mostBytes, where));
  }

  private static String header(DataInputStream in, String where) throws IOException {
    var start = in.readNBytes(8);
    if (start.length < 8 || !Arrays.equals(start, 0, 6, MAGIC, 0, 6)) {
      throw new InvalidDataException(where + ": not a NumPy array (.npy)");
    }
    int lengthBytes = start[6] == 1 ? 2 : 4;
    var lengthField = in.readNBytes(lengthBytes);
    if (lengthField.length < lengthBytes) {
      throw new InvalidDataException(where + ": truncated header");
    }
    var little = ByteBuffer.wrap(lengthField).order(ByteOrder.LITTLE_ENDIAN);
    int length = lengthBytes == 2 ? Short.toUnsignedInt(little.getShort()) : little.getInt();
    if (length < 0 || length > MAX_HEADER) {
      throw new InvalidDataException(
          where + ": header of " + length + " bytes, expected at most " + MAX_HEADER);
    }
    var header = in.readNBytes(length);
    if (header.length < length) {
      throw new InvalidDataException(where + ": truncated header");
    }
    return new String(header, StandardCharsets.UTF_8);
  }

  private static String required(Pattern pattern, String header, String field, String where) {
    Matcher matcher = pattern.matcher(header);
    if (!matcher.find()) {
      throw new InvalidDataException(
          where + ": header has no usable '" + field + "'; expected an array of plain numbers");
    }
    return matcher.group(1);
  }

  private static String unknownType(String where, String descr) {
    String hint =
        descr.contains("O")
            ? "arrays of Python objects are refused, they can run code"
            : "convert with array.astype(numpy.float32)";
    return where
        + ": element type '"
        + descr
        + "', expected one of "
        + Arrays.stream(NpyArray.Type.values()).map(NpyArray.Type::descr).toList()
        + "; "
        + hint;
  }

  private static long[] shape(String text, String where) {
    try {
      return Arrays.stream(text.split(","))
          .map(part -> part.replace("L", "").strip())
          .filter(part -> !part.isEmpty())
          .mapToLong(Long::parseLong)
          .toArray();
    } catch (NumberFormatException e) {
      throw new InvalidDataException(where + ": shape (" + text + ") is not a list of sizes", e);
    }
  }

  private static ByteBuffer payload(
      DataInputStream in, NpyArray.Type type, long[] shape, long mostBytes, String where)
      throws IOException {
    int size;
    try {
      long elements = Arrays.stream(shape).reduce(1, Math::multiplyExact);
      size = Math.toIntExact(Math.multiplyExact(elements, type.width()));
    } catch (ArithmeticException e) {
      throw new InvalidDataException(
          where
              + ": array "
              + Arrays.toString(shape)
              + " is over 2 GiB; store it in fewer rows or as bytes with '.scale'",
          e);
    }
    // Checked first, so that a header that lies about its size cannot claim memory.
    int found = 0;
    var bytes = new byte[size <= mostBytes ? size : 0];
    if (bytes.length == size) {
      found = in.readNBytes(bytes, 0, size);
    }
    if (found < size) {
      throw new InvalidDataException(
          where
              + ": truncated: found "
              + (bytes.length == size ? "" : "at most ")
              + (bytes.length == size ? found : mostBytes)
              + " bytes, expected "
              + size
              + " for "
              + Arrays.toString(shape));
    }
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
