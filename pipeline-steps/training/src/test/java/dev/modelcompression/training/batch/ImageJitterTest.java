package dev.modelcompression.training.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.training.Augmentation;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.HashSet;
import org.junit.jupiter.api.Test;

class ImageJitterTest {
  private static final float[] IMAGE = {1, 2, 3, 4, 5, 6};

  private static float[] jittered(Augmentation augmentation, long epoch, long row) {
    var batch = FloatBuffer.allocate(12).put(6, IMAGE);
    new ImageJitter(augmentation, new long[] {1, 2, 3}).apply(batch, 1, 5, epoch, row);
    assertThat(Arrays.copyOf(batch.array(), 6)).as("the other sample").containsOnly(0f);
    return Arrays.copyOfRange(batch.array(), 6, 12);
  }

  @Test
  void flipsEveryOtherImage() {
    int flipped = 0;
    for (int row = 0; row < 200; row++) {
      var image = jittered(new Augmentation(true, 0), 1, row);
      if (!Arrays.equals(image, IMAGE)) {
        assertThat(image).containsExactly(3, 2, 1, 6, 5, 4);
        flipped++;
      }
    }
    // 200 fair coins stay within 70 to 130 but for one run in 10⁵; the seed is fixed anyway.
    assertThat(flipped).isBetween(70, 130);
  }

  @Test
  void shiftsBothWaysAndRepeatsTheEdge() {
    var seen = new HashSet<String>();
    for (int row = 0; row < 200; row++) {
      seen.add(Arrays.toString(jittered(new Augmentation(false, 1), 1, row)));
    }
    assertThat(seen)
        .hasSize(9)
        .contains(
            Arrays.toString(IMAGE),
            Arrays.toString(new float[] {1, 1, 2, 4, 4, 5}),
            Arrays.toString(new float[] {2, 3, 3, 5, 6, 6}),
            Arrays.toString(new float[] {1, 2, 3, 1, 2, 3}));
  }

  @Test
  void epochAndRowDecide() {
    var both = new Augmentation(true, 1);

    assertThat(jittered(both, 3, 4)).isEqualTo(jittered(both, 3, 4));
    var epochs = new HashSet<String>();
    for (int epoch = 0; epoch < 50; epoch++) {
      epochs.add(Arrays.toString(jittered(both, epoch, 4)));
    }
    assertThat(epochs).hasSizeGreaterThan(6);
  }
}
