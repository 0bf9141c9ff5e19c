package dev.modelcompression.training.checkpoint;

import dev.modelcompression.training.TrainingResult.Epoch;
import dev.modelcompression.training.checkpoint.Checkpoint.Weights;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A checkpoint on disk: magic number, SHA-256 of the rest, identity of the training, state. Written
 * to a temporary name and renamed, so that a kill leaves the old one or the new one.
 */
public final class CheckpointFile {
  /** "MCCK" and the version of the layout. */
  private static final long MAGIC = 0x4D43434B_00000001L;

  private static final int DIGEST_LENGTH = 32;

  /**
   * What reading gave.
   *
   * @param checkpoint empty when there is none to use
   * @param note why an existing file was not used; empty otherwise
   */
  public record Found(Optional<Checkpoint> checkpoint, Optional<String> note) {}

  private final Path file;
  private final byte[] identity;

  /**
   * A checkpoint file of one training.
   *
   * @param identity digest of everything that decides the result; another's checkpoint is refused
   */
  public CheckpointFile(Path file, byte[] identity) {
    this.file = file;
    this.identity = identity.clone();
  }

  /** Replaces the file. */
  public void write(Checkpoint checkpoint) {
    try {
      var body = encode(checkpoint);
      var temporary = file.resolveSibling(file.getFileName() + ".tmp");
      var directory = file.toAbsolutePath().getParent();
      if (directory != null) {
        Files.createDirectories(directory);
      }
      try (var channel =
          FileChannel.open(
              temporary,
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              StandardOpenOption.TRUNCATE_EXISTING)) {
        writeFully(channel, ByteBuffer.allocate(Long.BYTES).putLong(MAGIC).flip());
        writeFully(channel, ByteBuffer.wrap(sha256(body)));
        writeFully(channel, ByteBuffer.wrap(body));
        channel.force(true);
      }
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write checkpoint " + file, e);
    }
  }

  /** Reads the file if it is whole and of this training. */
  public Found read() {
    if (!Files.exists(file)) {
      return new Found(Optional.empty(), Optional.empty());
    }
    try {
      var bytes = Files.readAllBytes(file);
      int header = Long.BYTES + DIGEST_LENGTH;
      if (bytes.length < header + identity.length || ByteBuffer.wrap(bytes).getLong() != MAGIC) {
        return ignored("is not one of this version");
      }
      var body = Arrays.copyOfRange(bytes, header, bytes.length);
      if (!Arrays.equals(sha256(body), Arrays.copyOfRange(bytes, Long.BYTES, header))) {
        return ignored("is damaged");
      }
      if (!Arrays.equals(identity, Arrays.copyOf(body, identity.length))) {
        return ignored("belongs to a training with another model, data or settings");
      }
      return new Found(Optional.of(decode(body)), Optional.empty());
    } catch (IOException | RuntimeException e) {
      return ignored("cannot be read: " + e.getMessage());
    }
  }

  /** Removes the file. */
  public void delete() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete checkpoint " + file, e);
    }
  }

  private Found ignored(String why) {
    return new Found(
        Optional.empty(),
        Optional.of("checkpoint " + file + " " + why + "; training starts from the beginning"));
  }

  private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private byte[] encode(Checkpoint checkpoint) throws IOException {
    var bytes = new ByteArrayOutputStream();
    var out = new DataOutputStream(bytes);
    out.write(identity);
    out.writeLong(checkpoint.steps());
    out.writeDouble(checkpoint.lossSum());
    out.writeDouble(checkpoint.seconds());
    writeWeights(out, checkpoint.weights());
    out.writeInt(checkpoint.optimizer().size());
    for (float[] vector : checkpoint.optimizer()) {
      writeFloats(out, vector);
    }
    writeWeights(out, checkpoint.best());
    out.writeInt(checkpoint.bestEpoch());
    out.writeInt(checkpoint.history().size());
    for (var epoch : checkpoint.history()) {
      out.writeInt(epoch.number());
      out.writeDouble(epoch.loss());
      out.writeDouble(epoch.validationAccuracy());
      out.writeDouble(epoch.validationLoss());
      out.writeDouble(epoch.learningRate());
      out.writeDouble(epoch.seconds());
    }
    return bytes.toByteArray();
  }

  private Checkpoint decode(byte[] body) throws IOException {
    var in = new DataInputStream(new ByteArrayInputStream(body));
    in.skipNBytes(identity.length);
    long steps = in.readLong();
    double lossSum = in.readDouble();
    double seconds = in.readDouble();
    var weights = readWeights(in);
    List<float[]> optimizer = new ArrayList<>();
    for (int count = in.readInt(); count > 0; count--) {
      optimizer.add(readFloats(in));
    }
    var best = readWeights(in);
    int bestEpoch = in.readInt();
    List<Epoch> history = new ArrayList<>();
    for (int count = in.readInt(); count > 0; count--) {
      history.add(
          new Epoch(
              in.readInt(),
              in.readDouble(),
              in.readDouble(),
              in.readDouble(),
              in.readDouble(),
              in.readDouble()));
    }
    return new Checkpoint(steps, lossSum, seconds, weights, optimizer, best, bestEpoch, history);
  }

  private static void writeWeights(DataOutputStream out, Weights weights) throws IOException {
    writeFloats(out, weights.parameters());
    out.writeInt(weights.statistics().size());
    for (var entry : weights.statistics().entrySet()) {
      out.writeUTF(entry.getKey());
      writeFloats(out, entry.getValue());
    }
  }

  private static Weights readWeights(DataInputStream in) throws IOException {
    var parameters = readFloats(in);
    Map<String, float[]> statistics = new LinkedHashMap<>();
    for (int count = in.readInt(); count > 0; count--) {
      statistics.put(in.readUTF(), readFloats(in));
    }
    return new Weights(parameters, statistics);
  }

  private static void writeFloats(DataOutputStream out, float[] values) throws IOException {
    var bytes = ByteBuffer.allocate(Math.multiplyExact(values.length, Float.BYTES));
    bytes.asFloatBuffer().put(values);
    out.writeInt(values.length);
    out.write(bytes.array());
  }

  private static float[] readFloats(DataInputStream in) throws IOException {
    var values = new float[in.readInt()];
    ByteBuffer.wrap(in.readNBytes(Math.multiplyExact(values.length, Float.BYTES)))
        .asFloatBuffer()
        .get(values);
    return values;
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
