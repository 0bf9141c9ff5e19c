package dev.modelcompression.training;

import dev.modelcompression.data.Dataset;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.OnnxWriter;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Digest of all that decides the result of a training. */
final class Identity {
  /** Samples of a data set that are hashed besides all of its labels. */
  private static final int HASHED_SAMPLES = 64;

  private final MessageDigest digest;

  private Identity() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  static byte[] of(Model model, TrainingData data, FineTuneSettings settings) {
    var identity = new Identity();
    identity.digest.update(OnnxWriter.toBytes(model));
    identity.add(settings.toString());
    identity.add(data.training());
    data.validation().ifPresent(identity::add);
    data.teacher().ifPresent(identity::add);
    return identity.digest.digest();
  }

  private void add(String text) {
    digest.update(text.getBytes(StandardCharsets.UTF_8));
  }

  private void add(Dataset data) {
    add("rows " + data.size());
    for (int row = 0; row < data.size(); row++) {
      digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(data.label(row)).flip());
    }
    int samples = Math.min(HASHED_SAMPLES, data.size());
    var rows = new int[samples];
    for (int i = 0; i < samples; i++) {
      rows[i] = (int) ((long) i * data.size() / samples);
    }
    data.features()
        .forEach(
            (name, feature) -> {
              add(name);
              if (feature.kind() == Dataset.Feature.Kind.FLOAT) {
                var values = FloatBuffer.allocate(samples * feature.sampleSize());
                data.read(name, rows, values);
                add(values.flip());
              }
            });
  }

  private void add(FloatBuffer values) {
    var bytes = ByteBuffer.allocate(Math.multiplyExact(values.limit(), Float.BYTES));
    bytes.asFloatBuffer().put(values.duplicate().rewind());
    digest.update(bytes);
  }
}
