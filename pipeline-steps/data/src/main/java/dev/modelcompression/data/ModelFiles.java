package dev.modelcompression.data;

import dev.modelcompression.onnx.ExternalSink;
import dev.modelcompression.onnx.InvalidModelException;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.OnnxReader;
import dev.modelcompression.onnx.OnnxWriter;
import dev.modelcompression.onnx.UnsupportedModelException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** ONNX models in files, with their external data beside them. */
public final class ModelFiles {
  /**
   * A model up to this many bytes (1.5 GiB) is saved as one file: the format ends at 2 GiB, and
   * other tools need room to spare.
   */
  static final long LARGEST_SINGLE_FILE = 3L << 29;

  /** Tensors in a data file begin at multiples of this, so that they can be memory-mapped. */
  private static final long ALIGNMENT = 4096;

  private static final int BUFFER = 1 << 20;

  private ModelFiles() {}

  /**
   * Reads a model and the external data that it names.
   *
   * <p>Large files are memory-mapped: they must not change while the model is in use. Replacing
   * them, as {@link #save} does, is safe.
   *
   * @throws InvalidDataException no such file, or not readable
   * @throws InvalidModelException not an ONNX model, or a faulty one; the message begins with the
   *     file
   * @throws UnsupportedModelException valid, but beyond what this program can do
   */
  public static Model load(Path file) {
    return load(file, Long.MAX_VALUE);
  }

  /**
   * Reads a model that may take up to {@code maxBytes}, external data included.
   *
   * @throws UnsupportedModelException the model is larger, or as {@link #load(Path)}
   * @throws InvalidDataException as {@link #load(Path)}
   * @throws InvalidModelException as {@link #load(Path)}
   */
  public static Model load(Path file, long maxBytes) {
    try {
      var folder = new ModelFolder(file, maxBytes);
      return OnnxReader.read(folder.model(), file.toString(), folder);
    } catch (IOException e) {
      throw new InvalidDataException(file + ": " + reason(e), e);
    }
  }

  /**
   * The files that make up a model: its own first, then the external data that it names, by name.
   *
   * <p>Which files these are, only the model itself says, so it is read before anybody can compare
   * digests: from the bytes that are digested, with the limits and the care of {@link #load}.
   *
   * @throws InvalidDataException as {@link #load(Path)}
   * @throws InvalidModelException as {@link #load(Path)}
   * @throws UnsupportedModelException as {@link #load(Path)}
   */
  public static List<ModelPart> parts(Path file) {
    try {
      var folder = new ModelFolder(file, Long.MAX_VALUE);
      var model = folder.model();
      var parts = new ArrayList<ModelPart>();
      parts.add(new ModelPart(file.getFileName().toString(), Digests.of(model), model.remaining()));
      OnnxReader.read(model, file.toString(), folder);
      parts.addAll(folder.external());
      return List.copyOf(parts);
    } catch (IOException e) {
      throw new InvalidDataException(file + ": " + reason(e), e);
    }
  }

  /**
   * Names of the files that a model keeps tensors in, relative to its folder; they need not be
   * there.
   *
   * @throws InvalidDataException as {@link #load(Path)}
   * @throws InvalidModelException not an ONNX model, or a name leaves the folder
   */
  public static List<String> externalNames(Path file) {
    try {
      var model = new ModelFolder(file, Long.MAX_VALUE).model();
      return OnnxReader.externalFiles(model, file.toString()).stream()
          .map(name -> ModelFolder.relative(name).toString())
          .distinct()
          .toList();
    } catch (IOException e) {
      throw new InvalidDataException(file + ": " + reason(e), e);
    }
  }

  /**
   * Copies a model and its external data, byte by byte; nothing of it is believed but the names of
   * these files.
   *
   * @param target what the model's own file is called from now on; the folder is there and empty
   * @throws InvalidDataException no such file, or it cannot be read or written
   * @throws InvalidModelException not an ONNX model, or external data is missing, leaves the
   *     model's folder or has the name that the model gets
   */
  public static void copy(Path file, Path target) {
    try {
      var folder = new ModelFolder(file, Long.MAX_VALUE);
      folder.copyModel(target);
      for (String name : externalNames(target)) {
        if (name.equals(target.getFileName().toString())) {
          throw new InvalidModelException(
              "%s: keeps tensors in '%s', which is what the model itself is to be called"
                  .formatted(file, name));
        }
        folder.copyExternal(name, target.toAbsolutePath().resolveSibling(""));
      }
    } catch (IOException e) {
      throw new InvalidDataException(
          "%s: cannot be copied to %s: %s".formatted(file, target, reason(e)), e);
    }
  }

  /**
   * Writes a model, all of it or nothing: a reader sees the old file or the new one.
   *
   * <p>A model above {@value #LARGEST_SINGLE_FILE} bytes gets a second file, {@code
   * NAME.onnx.data}, beside it. Then an old model of that name is removed first, so that it can
   * never be read with the new data; after a crash at that moment there is none.
   *
   * @throws UncheckedIOException the folder cannot be written
   */
  public static void save(Model model, Path file) {
    save(model, file, LARGEST_SINGLE_FILE);
  }

  static void save(Model model, Path file, long largestSingleFile) {
    var target = file.toAbsolutePath();
    var staged = target.resolveSibling("." + target.getFileName() + ".tmp");
    var data = target.resolveSibling(target.getFileName() + ".data");
    var stagedData = target.resolveSibling("." + data.getFileName() + ".tmp");
    try {
      if (OnnxWriter.size(model) <= largestSingleFile) {
        write(staged, out -> OnnxWriter.write(model, out));
      } else {
        try (var sink = new DataFile(stagedData, data.getFileName().toString())) {
          write(staged, out -> OnnxWriter.write(model, out, sink));
          sink.force();
        }
        Files.deleteIfExists(target);
        move(stagedData, data);
      }
      move(staged, target);
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be written: " + reason(e), e);
    } finally {
      discard(staged);
      discard(stagedData);
    }
  }

  /** What went wrong, for people; Java's own message is often the path alone. */
  static String reason(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "no such file or folder";
    }
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    return String.valueOf(e.getMessage());
  }

  private interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  private static void write(Path file, Content content) throws IOException {
    try (var channel = create(file);
        var out = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER)) {
      content.writeTo(out);
      out.flush();
      channel.force(true);
    }
  }

  private static FileChannel create(Path file) throws IOException {
    Files.deleteIfExists(file);
    return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  private static void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    try (var folder = FileChannel.open(to.getParent(), StandardOpenOption.READ)) {
      folder.force(true);
    }
  }

  private static void discard(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // A leftover under a temporary name harms nobody, and the next save replaces it.
    }
  }

  /** The second file of a large model. */
  private static final class DataFile implements ExternalSink, AutoCloseable {
    private final FileChannel channel;
    private final String location;

    DataFile(Path file, String location) throws IOException {
      this.channel = create(file);
      this.location = location;
    }

    @Override
    public String location() {
      return location;
    }

    @Override
    public long append(ByteBuffer bytes) {
      try {
        long offset = (channel.position() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        channel.position(offset);
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        return offset;
      } catch (IOException e) {
        throw new UncheckedIOException(location + ": cannot be written: " + reason(e), e);
      }
    }

    void force() throws IOException {
      channel.force(true);
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
