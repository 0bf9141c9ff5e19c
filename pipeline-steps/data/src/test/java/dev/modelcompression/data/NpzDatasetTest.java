package dev.modelcompression.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class NpzDatasetTest {
  private static final Path TEST_SET = Path.of("../../examples/fashion-mnist/test.npz");

  @TempDir Path folder;

  @Test
  void readsTheRealTestSetAsTheModelTakesIt() {
    var data = NpzDataset.load(TEST_SET);

    assertThat(data.size()).isEqualTo(10_000);
    assertThat(data.features().keySet()).containsExactly("input");
    assertThat(data.features())
        .hasEntrySatisfying("input", f -> assertThat(f.sampleShape()).containsExactly(1, 28, 28));
    assertThat(data.label(0)).as("an ankle boot").isEqualTo(9);
    var image = FloatBuffer.allocate(784);
    data.read("input", new int[] {0}, image);
    // An empty corner: (0 / 255 − 0.2860) / 0.3530; float32 rounding of scale and offset stays
    // below 1e-6.
    assertThat(image.get(0)).isEqualTo(-0.2860f / 0.3530f, within(1e-6f));
    assertThat(image.remaining()).isZero();
  }

  @Test
  void appliesScaleAndOffsetPerChannel() {
    var file =
        new NpzFiles()
            .bytes("x", new long[] {2, 2, 2}, 0, 1, 2, 3, 4, 5, 6, 255)
            .floats("x.scale", new long[] {2}, 1, 10)
            .floats("x.offset", new long[0], 0.5f)
            .write(folder.resolve("scaled.npz"));
    var data = NpzDataset.load(file);
    var rows = FloatBuffer.allocate(8);

    data.read("x", new int[] {1, 0}, rows);

    assertThat(rows.array()).containsExactly(4.5f, 5.5f, 60.5f, 2550.5f, 0.5f, 1.5f, 20.5f, 30.5f);
  }

  @Test
  void selectedRowsKeepTheirLabels() {
    var file =
        new NpzFiles()
            .longs("ids", new long[] {3, 2}, 1, 2, 3, 4, 5, 6)
            .bytes("labels", new long[] {3}, 7, 8, 9)
            .write(folder.resolve("text.npz"));
    var selected = NpzDataset.load(file).select(new int[] {2, 0});
    var ids = LongBuffer.allocate(2);

    selected.read("ids", new int[] {0}, ids);

    assertThat(ids.array()).containsExactly(5, 6);
    assertThat(selected.label(1)).isEqualTo(7);
  }

  @Test
  void loadsTheChosenRowsOnly() {
    var file =
        new NpzFiles()
            .longs("ids", new long[] {4, 2}, 1, 2, 3, 4, 5, 6, 7, 8)
            .bytes("x", new long[] {4, 1}, 10, 20, 30, 40)
            .floats("x.scale", new long[] {1}, 0.5f)
            .bytes("labels", new long[] {4}, 6, 7, 8, 9)
            .write(folder.resolve("rows.npz"));

    var data = NpzDataset.load(file, rows -> new int[] {1, rows - 1});

    var ids = LongBuffer.allocate(4);
    data.read("ids", new int[] {0, 1}, ids);
    var x = FloatBuffer.allocate(2);
    data.read("x", new int[] {1, 0}, x);
    assertThat(data.size()).isEqualTo(2);
    assertThat(ids.array()).containsExactly(3, 4, 7, 8);
    assertThat(x.array()).containsExactly(20, 10);
    assertThat(data.label(1)).isEqualTo(9);
  }

  @Test
  void aFaultInAChosenRowIsToldByItsRowInTheFile() {
    var file =
        new NpzFiles()
            .floats("x", new long[] {3, 1}, Float.NaN, 1, Float.POSITIVE_INFINITY)
            .write(folder.resolve("faults.npz"));

    assertThat(NpzDataset.load(file, rows -> new int[] {1}).size()).isEqualTo(1);
    assertThatThrownBy(() -> NpzDataset.load(file, rows -> new int[] {1, 2}))
        .isInstanceOf(InvalidDataException.class)
        .hasMessageContaining("array 'x' holds Infinity in row 2 (element 0)");
  }

  @Test
  void arraysThatDisagreeAreToldBeforeRowsAreChosen() {
    var file =
        new NpzFiles()
            .floats("x", new long[] {2, 1}, 1, 2)
            .bytes("labels", new long[] {3}, 1, 2, 3)
            .write(folder.resolve("uneven.npz"));

    assertThatThrownBy(() -> NpzDataset.load(file, rows -> new int[] {0}))
        .isInstanceOf(InvalidDataException.class)
        .hasMessageContaining("array 'labels' has 3 rows, expected 2 as in 'x'");
  }

  static Stream<Arguments> badFiles() {
    var floats = new float[] {1, 2, Float.NaN, 4};
    return Stream.of(
        Arguments.of(
            new NpzFiles().floats("x", new long[] {2, 2}, floats),
            "array 'x' holds NaN in row 1 (element 0)"),
        Arguments.of(
            new NpzFiles().raw("x", NpzFiles.header("|O", "False", 1), new byte[8]),
            "arrays of Python objects are refused"),
        Arguments.of(
            new NpzFiles().raw("x", NpzFiles.header("<f4", "True", 2, 2), new byte[16]),
            "column-major"),
        Arguments.of(
            new NpzFiles().raw("x", NpzFiles.header("<f4", "False", 3, 2), new byte[8]),
            "truncated: found 8 bytes, expected 24"),
        Arguments.of(
            new NpzFiles().raw("x", NpzFiles.header("<f4", "False", 1L << 28), new byte[8]),
            "truncated: found at most"),
        Arguments.of(
            new NpzFiles()
                .raw("x", NpzFiles.header("<f4", "False", 1L << 40, 1L << 40), new byte[8]),
            "over 2 GiB"),
        Arguments.of(
            new NpzFiles()
                .bytes("x", new long[] {2, 1}, 1, 2)
                .bytes("labels", new long[] {3}, 1, 2, 3),
            "array 'labels' has 3 rows, expected 2 as in 'x'"),
        Arguments.of(
            new NpzFiles().bytes("x", new long[] {1, 1}, 1).longs("labels", new long[] {1}, -1),
            "label -1 in row 0"),
        Arguments.of(new NpzFiles().bytes("labels", new long[] {1}, 1), "no samples"),
        Arguments.of(
            new NpzFiles()
                .bytes("x", new long[] {1, 3}, 1, 2, 3)
                .floats("x.scale", new long[] {2}, 1, 2),
            "array 'x.scale' has 2 elements, expected 1 or one per channel"));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("badFiles")
  void refusesBadFilesWithTheirFault(NpzFiles content, String message) {
    var file = content.write(folder.resolve("bad.npz"));

    assertThatThrownBy(() -> NpzDataset.load(file))
        .isInstanceOf(InvalidDataException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining(message);
  }

  @Test
  void saysThatAFileIsMissingOrNotAnArchive() throws IOException {
    var text = Files.writeString(folder.resolve("text.npz"), "not a zip");

    assertThatThrownBy(() -> NpzDataset.load(folder.resolve("none.npz")))
        .isInstanceOf(InvalidDataException.class)
        .hasMessageContaining("no such file");
    assertThatThrownBy(() -> NpzDataset.load(text))
        .isInstanceOf(InvalidDataException.class)
        .hasMessageContaining("not an .npz file");
  }

  private static org.assertj.core.data.Offset<Float> within(float tolerance) {
    return org.assertj.core.data.Offset.offset(tolerance);
  }
}
