package dev.modelcompression.data;

import dev.modelcompression.onnx.ExternalData;
import dev.modelcompression.onnx.InvalidModelException;
import dev.modelcompression.onnx.UnsupportedModelException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A model file and the folder that its external data may come from.
 *
 * <p>A model is not trusted: what it names is opened step by step below the folder and through no
 * symbolic link, and a file that has other names too (hard links) is refused, because its other
 * name may lie anywhere. The model file itself is the user's own choice and may be a link.
 */
final class ModelFolder implements ExternalData {
  /** Model files up to this size are read into memory, so that nobody can change them under us. */
  private static final long LARGEST_COPY = 256L << 20;

  /** Tensors from this size on are mapped; the system allows some 65,000 mappings per process. */
  private static final long SMALLEST_MAPPED = 64L << 10;

  private final Path file;
  private final Path folder;
  private final long maxBytes;
  private final Map<String, Long> sizes = new HashMap<>();
  private long total;

  ModelFolder(Path file, long maxBytes) throws IOException {
    this.file = file;
    this.maxBytes = maxBytes;
    this.folder = file.toAbsolutePath().resolveSibling("").toRealPath();
  }

  /** The model's own bytes. */
  ByteBuffer model() throws IOException {
    if (!Files.exists(file)) {
      throw new NoSuchFileException(file.toString());
    }
    if (!Files.isRegularFile(file)) {
      throw new IOException("is not a file; expected an ONNX model");
    }
    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      count(size);
      if (size > Integer.MAX_VALUE) {
        throw new UnsupportedModelException(
            file
                + ": "
                + size
                + " bytes; one ONNX message holds less than 2 GiB, more needs external data");
      }
      return size > LARGEST_COPY ? mapped(channel, 0, size) : copied(channel, 0, size);
    }
  }

  @Override
  public ByteBuffer map(String location, long offset, long length) {
    try (var channel = open(relative(location))) {
      long size = channel.size();
      if (sizes.put(location, size) == null) {
        count(size);
      }
      long end = length < 0 ? size : offset + length;
      if (offset < 0 || offset > size || end < offset || end > size) {
        throw new InvalidModelException(
            "external data '"
                + location
                + "' has "
                + size
                + " bytes, but bytes "
                + offset
                + " to "
                + (length < 0 ? "its end" : offset + " + " + length)
                + " were asked for");
      }
      if (end - offset > Integer.MAX_VALUE) {
        throw new UnsupportedModelException(
            "external data '" + location + "' holds a tensor of more than 2 GiB");
      }
      return end - offset < SMALLEST_MAPPED
          ? copied(channel, offset, end - offset)
          : mapped(channel, offset, end - offset);
    } catch (IOException e) {
      throw refused(location, ModelFiles.reason(e));
    }
  }

  /** The external data that was asked for so far, by name. */
  List<ModelPart> external() throws IOException {
    var files = new TreeMap<String, Path>();
    for (String location : sizes.keySet()) {
      var relative = relative(location);
      files.put(relative.toString(), relative);
    }
    var parts = new ArrayList<ModelPart>();
    for (var entry : files.entrySet()) {
      try (var channel = open(entry.getValue())) {
        parts.add(new ModelPart(entry.getKey(), Digests.of(channel), channel.size()));
      }
    }
    return parts;
  }

  /** Copies the model's own file; whoever may read the folder may read the copy. */
  void copyModel(Path target) throws IOException {
    try (var from = FileChannel.open(file, StandardOpenOption.READ)) {
      copy(from, target);
    }
  }

  /** Copies a file of external data into another folder, under the same name. */
  void copyExternal(String location, Path target) throws IOException {
    var relative = relative(location);
    try (var from = open(relative)) {
      var to = target.resolve(relative.toString());
      Files.createDirectories(to.getParent());
      copy(from, to);
    } catch (NoSuchFileException e) {
      throw refused(location, ModelFiles.reason(e));
    }
  }

  private static void copy(FileChannel from, Path target) throws IOException {
    try (var to =
        FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (long at = 0; at < from.size(); ) {
        at += from.transferTo(at, from.size() - at, to);
      }
      to.force(true);
    }
  }

  static Path relative(String location) {
    Path path;
    try {
      path = Path.of(location);
    } catch (InvalidPathException e) {
      throw refused(location, "is not a file name");
    }
    if (path.isAbsolute()) {
      throw refused(location, "must be relative to the model's folder");
    }
    for (Path part : path) {
      if (part.toString().equals("..")) {
        throw refused(location, "leaves the model's folder");
      }
    }
    var normal = path.normalize();
    if (normal.toString().isEmpty()) {
      throw refused(location, "is not a file name");
    }
    return normal;
  }

  private FileChannel open(Path relative) throws IOException {
    try (var root = Files.newDirectoryStream(folder)) {
      if (!(root instanceof SecureDirectoryStream<Path> directory)) {
        throw new IOException("this file system cannot be searched safely");
      }
      return open(directory, relative, 0);
    }
  }

  private FileChannel open(SecureDirectoryStream<Path> directory, Path relative, int depth)
      throws IOException {
    var part = relative.getName(depth);
    var attributes =
        directory
            .getFileAttributeView(part, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
            .readAttributes();
    if (attributes.isSymbolicLink()) {
      throw new IOException("'" + part + "' is a symbolic link; put the file itself there");
    }
    if (depth + 1 < relative.getNameCount()) {
      try (var next = directory.newDirectoryStream(part, LinkOption.NOFOLLOW_LINKS)) {
        return open(next, relative, depth + 1);
      }
    }
    if (!attributes.isRegularFile()) {
      throw new IOException("is not a regular file");
    }
    if ((int) Files.getAttribute(folder.resolve(relative), "unix:nlink", LinkOption.NOFOLLOW_LINKS)
        > 1) {
      throw new IOException("has several names (hard links); make a copy of it");
    }
    SeekableByteChannel channel =
        directory.newByteChannel(part, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
    if (channel instanceof FileChannel opened) {
      return opened;
    }
    channel.close();
    throw new IOException("cannot be mapped into memory");
  }

  private void count(long bytes) {
    total = Math.addExact(total, bytes);
    if (total > maxBytes) {
      throw new UnsupportedModelException(
          file + ": the model takes more than the " + maxBytes + " bytes allowed");
    }
  }

  private static ByteBuffer mapped(FileChannel channel, long offset, long length)
      throws IOException {
    return channel
        .map(FileChannel.MapMode.READ_ONLY, offset, length)
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  private static ByteBuffer copied(FileChannel channel, long offset, long length)
      throws IOException {
    var bytes = ByteBuffer.allocate((int) length);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, offset + bytes.position()) < 0) {
        throw new IOException("became shorter while it was read");
      }
    }
    return bytes.flip().order(ByteOrder.LITTLE_ENDIAN);
  }

  private static InvalidModelException refused(String location, String why) {
    return new InvalidModelException("external data '" + location + "': " + why);
  }
}
