package dev.modelcompression.training.batch;

import dev.modelcompression.training.Augmentation;
import java.nio.FloatBuffer;

/** Mirrors and shifts images in a batch, in place. */
final class ImageJitter {
  private final Augmentation augmentation;
  private final int channels;
  private final int height;
  private final int width;
  private final float[] image;

  /** For images {@code [C, H, W]}. */
  ImageJitter(Augmentation augmentation, long[] sampleShape) {
    this.augmentation = augmentation;
    channels = (int) sampleShape[0];
    height = (int) sampleShape[1];
    width = (int) sampleShape[2];
    image = new float[channels * height * width];
  }

  /** Changes sample {@code index} of the batch; the same numbers give the same change. */
  void apply(FloatBuffer batch, int index, long seed, long epoch, long row) {
    var random = RowOrder.random(seed, epoch, row);
    boolean mirror = augmentation.horizontalFlip() && random.nextBoolean();
    int reach = augmentation.shift();
    int down = random.nextInt(2 * reach + 1) - reach;
    int right = random.nextInt(2 * reach + 1) - reach;
    if (!mirror && down == 0 && right == 0) {
      return;
    }
    batch.get(index * image.length, image);
    int position = index * image.length;
    for (int c = 0; c < channels; c++) {
      for (int y = 0; y < height; y++) {
        int line = (c * height + clamp(y - down, height)) * width;
        for (int x = 0; x < width; x++) {
          int source = clamp(x - right, width);
          batch.put(position++, image[line + (mirror ? width - 1 - source : source)]);
        }
      }
    }
  }

  private static int clamp(int index, int size) {
    return Math.max(0, Math.min(size - 1, index));
  }
}
