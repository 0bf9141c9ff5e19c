package dev.modelcompression.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * What was read of an {@code .npz} file: a ZIP file of NumPy arrays.
 *
 * @param source the file, for messages
 * @param arrays by name
 * @param kept which rows of the file the arrays of samples hold, ascending; null for all
 */
record NpzFile(String source, Map<String, NpyArray> arrays, int @Nullable [] kept) {
  private static final int MAX_ARRAYS = 256;
  private static final long MOST_DEFLATED = 1_032;

  /**
   * Reads a file.
   *
   * @param choice says for the number of rows in the file which ones to keep, in ascending order;
   *     null keeps all. Arrays that do not agree about the number are read whole
   * @throws InvalidDataException the file is missing, not {@code .npz}, or an array is malformed
   */
  static NpzFile read(Path file, @Nullable IntFunction<int[]> choice) {
    try (var zip = new ZipFile(file.toFile())) {
      if (zip.size() > MAX_ARRAYS) {
        throw new InvalidDataException(
            file + ": " + zip.size() + " arrays, expected at most " + MAX_ARRAYS);
      }
      return new Reader(file, zip).read(choice);
    } catch (NoSuchFileException e) {
      throw new InvalidDataException(file + ": no such file", e);
    } catch (ZipException e) {
      throw new InvalidDataException(
          file + ": not an .npz file (" + e.getMessage() + "); write it with numpy.savez", e);
    } catch (IOException e) {
      String reason =
          Files.isDirectory(file)
              ? "is a folder, expected an .npz file"
              : "cannot be read: " + e.getMessage();
      throw new InvalidDataException(file + ": " + reason, e);
    }
  }

  /** Whether an array tells how to scale another one instead of holding samples. */
  static boolean isParameter(String name, Set<String> names) {
    for (String suffix : new String[] {".scale", ".offset"}) {
      if (name.endsWith(suffix)
          && names.contains(name.substring(0, name.length() - suffix.length()))) {
        return true;
      }
    }
    return false;
  }

  /** Row of the file that a row of the arrays is. */
  int rowInFile(int row) {
    return kept == null ? row : kept[row];
  }

  /** Reads the arrays of one open file. */
  private static final class Reader {
    private final Path file;
    private final ZipFile zip;
    private final Map<String, ZipEntry> entries = new TreeMap<>();

    Reader(Path file, ZipFile zip) {
      this.file = file;
      this.zip = zip;
      for (var entry : Collections.list(zip.entries())) {
        entries.put(entry.getName().replaceFirst("\\.npy$", ""), entry);
      }
    }

    NpzFile read(@Nullable IntFunction<int[]> choice) throws IOException {
      int rows = choice == null ? 0 : commonRows();
      int[] kept = choice == null || rows == 0 ? null : choice.apply(rows);
      var arrays = new TreeMap<String, NpyArray>();
      for (var entry : entries.entrySet()) {
        String name = entry.getKey();
        try (var in = zip.getInputStream(entry.getValue())) {
          long most = mostBytes(entry.getValue());
          arrays.put(
              name,
              kept == null || isParameter(name, entries.keySet())
                  ? NpyReader.read(in, most, where(name))
                  : NpyReader.read(in, most, kept, where(name)));
        }
      }
      return new NpzFile(file.toString(), arrays, kept);
    }

    /** Rows of every array of samples; 0 when they do not agree. */
    private int commonRows() throws IOException {
      int rows = 0;
      for (var entry : entries.entrySet()) {
        if (isParameter(entry.getKey(), entries.keySet())) {
          continue;
        }
        try (var in = zip.getInputStream(entry.getValue())) {
          int found = NpyReader.header(in, where(entry.getKey())).rows();
          if (found == 0 || (rows != 0 && found != rows)) {
            return 0;
          }
          rows = found;
        }
      }
      return rows;
    }

    private String where(String name) {
      return file + ", array '" + name + "'";
    }

    /** What an entry can unpack to at most: deflate makes no more than 1,032 bytes of one. */
    private static long mostBytes(ZipEntry entry) {
      return Math.multiplyExact(entry.getCompressedSize(), MOST_DEFLATED);
    }
  }
}
