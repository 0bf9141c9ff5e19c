package dev.modelcompression.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Damaged models either can still be read or are refused by one of the two exceptions, in one line
 * that names the file. Whatever can be read can also be written, and reads the same again.
 */
class MutationFuzzTest {
  private static final int MUTANTS = 2500;

  /** The real model is large; most of it is weights, where damage cannot be seen. */
  private static final int MUTANTS_OF_REAL_MODEL = 150;

  @Test
  void damagedModelsAreReadOrRefused() {
    var random = new Random(7);
    int read = 0;
    for (int i = 0; i < MUTANTS; i++) {
      var bytes = RandomModels.of(i % 50).toByteArray();
      read += survives(mutate(bytes, random), "model " + i % 50 + ", mutant " + i) ? 1 : 0;
    }
    assertThat(read).as("mutants that could be read").isBetween(MUTANTS / 20, MUTANTS * 19 / 20);
  }

  @Test
  void theRealModelDamaged() {
    var random = new Random(11);
    var bytes = TestModels.resnetBytes();
    for (int i = 0; i < MUTANTS_OF_REAL_MODEL; i++) {
      survives(mutate(bytes, random), "mutant " + i);
    }
  }

  @Test
  void everyTruncationIsReadOrRefused() {
    var bytes = RandomModels.of(3).toByteArray();
    for (int length = 0; length < bytes.length; length++) {
      survives(Arrays.copyOf(bytes, length), "first " + length + " bytes");
    }
  }

  private static boolean survives(byte[] bytes, String description) {
    Model model;
    try {
      model = TestModels.read(bytes);
    } catch (InvalidModelException | UnsupportedModelException e) {
      assertThat(e.getMessage()).as(description).startsWith("test.onnx: ").doesNotContain("\n");
      assertThat(e.getMessage()).as(description).hasSizeLessThan(1000);
      return false;
    } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
      throw new AssertionError(description, e);
    }
    var written = OnnxWriter.toBytes(model);
    assertThat(OnnxWriter.toBytes(TestModels.read(written))).as(description).isEqualTo(written);
    return true;
  }

  /** One to four random changes: a bit, a byte, a number made huge, a cut, a repetition. */
  private static byte[] mutate(byte[] original, Random random) {
    var bytes = original;
    for (int i = random.nextInt(4); i >= 0; i--) {
      bytes = change(bytes.clone(), random);
    }
    return bytes;
  }

  private static byte[] change(byte[] bytes, Random random) {
    if (bytes.length < 4) {
      return bytes;
    }
    int at = random.nextInt(bytes.length - 3);
    int length = 1 + random.nextInt(Math.min(64, bytes.length - at));
    switch (random.nextInt(7)) {
      case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> bytes[at] = (byte) random.nextInt(256);
      case 2 -> bytes[at] = 0;
      case 3 -> Arrays.fill(bytes, at, at + 3, (byte) 0xff);
      case 4 -> {
        return Arrays.copyOf(bytes, at);
      }
      case 5 -> {
        return splice(bytes, at, at, Arrays.copyOfRange(bytes, at, at + length));
      }
      default -> {
        return splice(bytes, at, at + length, new byte[0]);
      }
    }
    return bytes;
  }

  private static byte[] splice(byte[] bytes, int from, int to, byte[] middle) {
    var result = Arrays.copyOf(bytes, bytes.length - (to - from) + middle.length);
    System.arraycopy(middle, 0, result, from, middle.length);
    System.arraycopy(bytes, to, result, from + middle.length, bytes.length - to);
    return result;
  }
}
