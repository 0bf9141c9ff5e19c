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
  private static final int SKIPPED_AT_ONCE = 1 << 16;
  private static final Pattern DESCR = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
  private static final Pattern FORTRAN = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([\\d,\\sL]*)\\)");

  private NpyReader() {}

  /** What the header of an array says. */
  record Header(NpyArray.Type type, long[] shape) {
    /** Size of axis 0; 0 for a single number. */
    int rows() {
      return shape.length == 0 ? 0 : Math.toIntExact(shape[0]);
    }
  }

  /**
   * Reads what an array is; the stream is then at its first element.
   *
   * @param where file and array, for messages
   * @throws InvalidDataException not the format, not plain numbers, or over 2 GiB
   */
  static Header header(InputStream input, String where) throws IOException {
    var in = new DataInputStream(input);
    String header = headerText(in, where);
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
    size(type, shape, where);
    return new Header(type, shape);
  }

  /**
   * Reads one array.
   *
   * @param mostBytes bytes that the stream can hold at most; a header that claims more is lying
   * @param where file and array, for messages
   * @throws InvalidDataException as {@link #header}, or truncated
   */
  static NpyArray read(InputStream input, long mostBytes, String where) throws IOException {
    var header = header(input, where);
    int size = plausible(header, mostBytes, where);
    var bytes = new byte[size];
    requireAll(header, input.readNBytes(bytes, 0, size), size, where);
    return array(header.type(), header.shape(), bytes);
  }

  /**
   * Reads some rows of one array, so that memory is needed for them alone.
   *
   * @param rows indices of axis 0, ascending
   * @throws InvalidDataException as {@link #read(InputStream, long, String)}
   */
  static NpyArray read(InputStream input, long mostBytes, int[] rows, String where)
      throws IOException {
    var header = header(input, where);
    int size = plausible(header, mostBytes, where);
    int rowBytes = size / header.rows();
    var bytes = new byte[Math.multiplyExact(rowBytes, rows.length)];
    long at = 0;
    for (int i = 0; i < rows.length; i++) {
      long start = (long) rows[i] * rowBytes;
      at += skip(input, start - at);
      if (at == start) {
        at += input.readNBytes(bytes, i * rowBytes, rowBytes);
      }
    }
    at += skip(input, size - at);
    requireAll(header, at, size, where);
    long[] shape = header.shape().clone();
    shape[0] = rows.length;
    return array(header.type(), shape, bytes);
  }

  /** Skips as many bytes as there are, at most {@code count}. */
  private static long skip(InputStream input, long count) throws IOException {
    var unused = new byte[(int) Math.min(SKIPPED_AT_ONCE, Math.max(0, count))];
    long skipped = 0;
    while (skipped < count) {
      int read = input.read(unused, 0, (int) Math.min(unused.length, count - skipped));
      if (read < 0) {
        break;
      }
      skipped += read;
    }
    return skipped;
  }

  private static NpyArray array(NpyArray.Type type, long[] shape, byte[] bytes) {
    return new NpyArray(type, shape, ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
  }

  private static String headerText(DataInputStream in, String where) throws IOException {
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

  private static int size(NpyArray.Type type, long[] shape, String where) {
    try {
      long elements = Arrays.stream(shape).reduce(1, Math::multiplyExact);
      return Math.toIntExact(Math.multiplyExact(elements, type.width()));
    } catch (ArithmeticException e) {
      throw new InvalidDataException(
          where
              + ": array "
              + Arrays.toString(shape)
              + " is over 2 GiB; store it in fewer rows or as bytes with '.scale'",
          e);
    }
  }

  /** Bytes of the array; asked before memory is taken, because a header can lie about its size. */
  private static int plausible(Header header, long mostBytes, String where) {
    int size = size(header.type(), header.shape(), where);
    if (size > mostBytes) {
      throw truncated(header, "at most " + mostBytes, size, where);
    }
    return size;
  }

  private static void requireAll(Header header, long found, int size, String where) {
    if (found < size) {
      throw truncated(header, Long.toString(found), size, where);
    }
  }

  private static InvalidDataException truncated(
      Header header, String found, int size, String where) {
    return new InvalidDataException(
        "%s: truncated: found %s bytes, expected %d for %s"
            .formatted(where, found, size, Arrays.toString(header.shape())));
  }
}
