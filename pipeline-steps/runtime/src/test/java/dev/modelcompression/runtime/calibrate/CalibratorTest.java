package dev.modelcompression.runtime.calibrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.modelcompression.data.InvalidDataException;
import dev.modelcompression.passes.quantize.Range;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class CalibratorTest {
  @Property(tries = 200)
  void batchesAndOrderDoNotChangeTheHistogram(
      @ForAll("numbers") float[] numbers, @ForAll @IntRange(min = 1, max = 50) int batch) {
    var whole = histogram(numbers);
    var streamed = new Histogram();
    for (int end = numbers.length; end > 0; end -= batch) {
      int from = Math.max(0, end - batch);
      streamed.add(FloatBuffer.wrap(numbers, from, end - from));
    }
    assertThat(streamed.binWidth()).isEqualTo(whole.binWidth());
    assertThat(streamed.zeros()).isEqualTo(whole.zeros());
    assertThat(streamed.min()).isEqualTo(whole.min());
    assertThat(streamed.max()).isEqualTo(whole.max());
    for (int bin = 0; bin < Histogram.BINS; bin++) {
      assertThat(streamed.positive(bin)).isEqualTo(whole.positive(bin));
      assertThat(streamed.negative(bin)).isEqualTo(whole.negative(bin));
    }
  }

  @Property(tries = 200)
  void everyNumberIsInItsBin(@ForAll("numbers") float[] numbers) {
    var histogram = histogram(numbers);
    var positive = new long[Histogram.BINS];
    var negative = new long[Histogram.BINS];
    for (float number : numbers) {
      int bin = (int) Math.floor(Math.abs((double) number) / histogram.binWidth());
      (number < 0 ? negative : positive)[bin]++;
    }
    for (int bin = 0; bin < Histogram.BINS; bin++) {
      assertThat(histogram.positive(bin)).isEqualTo(positive[bin]);
      assertThat(histogram.negative(bin)).isEqualTo(negative[bin]);
    }
    assertThat(histogram.usedBins()).isGreaterThan(Histogram.BINS / 2);
  }

  @Property(tries = 200)
  void minMaxIsExact(@ForAll("numbers") float[] numbers) {
    var sorted = numbers.clone();
    Arrays.sort(sorted);
    assertThat(Calibrator.minMax().range(histogram(numbers)))
        .isEqualTo(new Range(sorted[0], sorted[sorted.length - 1]));
  }

  @Property(tries = 200)
  void percentileIsWithinOneBinOfTheSortedNumbers(
      @ForAll("numbers") float[] numbers, @ForAll @IntRange(min = 60, max = 100) int percentile) {
    var histogram = histogram(numbers);
    var sorted = numbers.clone();
    Arrays.sort(sorted);
    double outside = (100 - percentile) / 200.0;
    var range = Calibrator.percentile(percentile).range(histogram);
    // An edge of the bin that holds the number: at most one width away, plus float rounding.
    double tolerance = histogram.binWidth() * (1 + 1e-6);
    assertThat((double) range.min()).isCloseTo(atRank(sorted, outside), within(tolerance));
    assertThat((double) range.max()).isCloseTo(atRank(sorted, 1 - outside), within(tolerance));
  }

  @Property(tries = 30)
  void entropyFindsTheCutOfTheDirectSearch(
      @ForAll("shapes") long[] histogram, @ForAll @IntRange(min = 0, max = 3) int outliers) {
    for (int i = 0; i < outliers; i++) {
      histogram[histogram.length - 1 - 7 * i] += 1;
    }
    int cut = EntropyCalibrator.bestCut(histogram);
    double total = Arrays.stream(histogram).sum();
    int direct = histogram.length;
    for (int i = 128; i <= histogram.length; i++) {
      if (Arrays.stream(histogram, i, histogram.length).sum() <= 1e-3 * total
          && directDivergence(histogram, i) < directDivergence(histogram, direct) - 1e-12) {
        direct = i;
      }
    }
    // Sums in another order: divergences that differ by rounding only may swap places.
    assertThat(directDivergence(histogram, cut))
        .isCloseTo(directDivergence(histogram, direct), within(1e-9));
  }

  @Test
  void entropyKeepsNumbersThatClusterInFewPoints() {
    // Half of all numbers in one point and the others in 40: like pixels after a convolution.
    var random = new Random(9);
    var numbers = new float[100_000];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = i % 2 == 0 ? 0.013f : (1 + random.nextInt(40)) / 40f;
    }
    assertThat(Calibrator.entropy().range(histogram(numbers)).max()).isGreaterThan(0.95f);
  }

  @Test
  void entropyClipsAFarOutlierAndKeepsAUniformDistribution() {
    var random = new Random(5);
    var gaussian = new float[200_000];
    for (int i = 0; i < gaussian.length; i++) {
      gaussian[i] = (float) random.nextGaussian();
    }
    gaussian[17] = 100;
    assertThat(Calibrator.entropy().range(histogram(gaussian)).max()).isBetween(2.5f, 10f);

    var uniform = new float[200_000];
    for (int i = 0; i < uniform.length; i++) {
      uniform[i] = random.nextFloat();
    }
    assertThat(Calibrator.entropy().range(histogram(uniform)).max()).isGreaterThan(0.95f);
  }

  @Property(tries = 50)
  void mseIsNoWorseThanMinMaxAndPercentile(@ForAll("numbers") float[] numbers) {
    var histogram = histogram(numbers);
    double mse = MseCalibrator.squaredError(histogram, Calibrator.mse().range(histogram));
    var minMax = Calibrator.minMax().range(histogram);
    assertThat(mse).isLessThanOrEqualTo(MseCalibrator.squaredError(histogram, minMax));
    float half = histogram.maxMagnitude() * 0.6f;
    assertThat(mse)
        .isLessThanOrEqualTo(
            MseCalibrator.squaredError(histogram, histogram.clipped(half)) * (1 + 1e-3) + 1e-30);
  }

  @Test
  void squaredErrorOfTheHistogramIsThatOfTheNumbers() {
    var random = new Random(11);
    var numbers = new float[50_000];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) random.nextGaussian();
    }
    var range = new Range(-2f, 3f);
    double scale = 5.0 / 255;
    double zero = Math.rint(2 / scale);
    double direct = 0;
    for (float x : numbers) {
      double code = Math.min(255, Math.max(0, Math.rint(x / scale) + zero));
      direct += Math.pow(x - (code - zero) * scale, 2);
    }
    // Bins are a tenth of a level wide: the centre instead of the number costs about 1 %.
    assertThat(MseCalibrator.squaredError(histogram(numbers), range))
        .isCloseTo(direct, within(0.02 * direct));
  }

  @Test
  void allZerosGiveAnEmptyRange() {
    var zeros = histogram(new float[] {0, -0f, 0});
    assertThat(zeros.zeros()).isEqualTo(3);
    for (var calibrator :
        new Calibrator[] {
          Calibrator.minMax(), Calibrator.percentile(99.999), Calibrator.entropy(), Calibrator.mse()
        }) {
      var range = calibrator.range(zeros);
      assertThat(range.min()).isZero();
      assertThat(range.max()).isZero();
    }
  }

  @Test
  void numbersThatAreNotFiniteAreRefused() {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      assertThatThrownBy(() -> histogram(new float[] {1, bad, 2}))
          .isInstanceOf(InvalidDataException.class);
    }
  }

  @Test
  void percentileOutOfRangeIsRefused() {
    assertThatThrownBy(() -> Calibrator.percentile(0.99999))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("percentile: found 0.99999, allowed: above 50, up to 100");
  }

  @Provide
  Arbitrary<float[]> numbers() {
    return Arbitraries.of(1e-20, 1e-3, 1.0, 3.7, 1e8)
        .flatMap(
            scale ->
                Arbitraries.longs()
                    .map(
                        seed -> {
                          var random = new Random(seed);
                          var values = new float[1 + random.nextInt(300)];
                          boolean signed = random.nextBoolean();
                          for (int i = 0; i < values.length; i++) {
                            double x = random.nextGaussian() * scale;
                            if (random.nextInt(20) == 0) {
                              x *= 50;
                            }
                            values[i] = (float) (signed ? x : Math.max(0, x));
                          }
                          values[0] = scale.floatValue();
                          return values;
                        }));
  }

  @Provide
  Arbitrary<long[]> shapes() {
    return Arbitraries.longs()
        .map(
            seed -> {
              var random = new Random(seed);
              var histogram = new long[300 + random.nextInt(300)];
              double spread = histogram.length * (0.1 + 0.5 * random.nextDouble());
              for (int i = 0; i < 20_000; i++) {
                int bin = (int) Math.abs(random.nextGaussian() * spread);
                if (bin < histogram.length) {
                  histogram[bin]++;
                }
              }
              return histogram;
            });
  }

  private static Histogram histogram(float[] numbers) {
    var histogram = new Histogram();
    histogram.add(FloatBuffer.wrap(numbers));
    return histogram;
  }

  private static double atRank(float[] sorted, double fraction) {
    int rank = (int) Math.ceil(fraction * sorted.length);
    return sorted[Math.max(1, Math.min(rank, sorted.length)) - 1];
  }

  /** The definition, bin by bin. */
  private static double directDivergence(long[] histogram, int cut) {
    var p = new double[cut];
    double total = 0;
    for (int bin = 0; bin < histogram.length; bin++) {
      p[Math.min(bin, cut - 1)] += histogram[bin];
      total += histogram[bin];
    }
    var q = new double[cut];
    for (int level = 0; level < 128; level++) {
      int from = level * cut / 128;
      int to = (level + 1) * cut / 128;
      double sum = 0;
      int filled = 0;
      for (int bin = from; bin < to; bin++) {
        sum += histogram[bin];
        filled += histogram[bin] > 0 ? 1 : 0;
      }
      for (int bin = from; bin < to; bin++) {
        q[bin] = histogram[bin] > 0 ? sum / filled : 0;
      }
    }
    if (q[cut - 1] == 0) {
      q[cut - 1] = 1e-4;
    }
    double sumQ = Arrays.stream(q).sum();
    double divergence = 0;
    for (int bin = 0; bin < cut; bin++) {
      if (p[bin] > 0) {
        divergence += p[bin] / total * Math.log(p[bin] / total / (q[bin] / sumQ));
      }
    }
    return divergence;
  }
}
