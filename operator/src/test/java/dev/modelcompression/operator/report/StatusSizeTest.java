package dev.modelcompression.operator.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.api.Metric;
import dev.modelcompression.api.status.Condition;
import dev.modelcompression.api.status.FileStatus;
import dev.modelcompression.api.status.GateStatus;
import dev.modelcompression.api.status.ModelCompressionStatus;
import dev.modelcompression.api.status.Phase;
import dev.modelcompression.api.status.Reason;
import dev.modelcompression.api.status.ResultStatus;
import dev.modelcompression.api.status.StepStatus;
import dev.modelcompression.api.status.TrialStatus;
import dev.modelcompression.contract.CanonicalJson;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StatusSizeTest {
  private static final String TIME = "2026-11-22T06:20:39Z";
  private static final String DIGEST = "sha256:" + "a".repeat(64);

  /** The longest run there can be: every trial, all steps done, models of two files. */
  @Test
  void theLargestStatusStaysBelow256KiB() {
    ModelCompressionStatus status =
        new ModelCompressionStatus(
            Phase.FAILED,
            1_000_000L,
            "f".repeat(24),
            "s3://" + "w".repeat(2043),
            "i".repeat(1024),
            1024,
            TIME,
            TIME,
            "s".repeat(80),
            "0.1234",
            "0.1234",
            "0.123456",
            "m".repeat(1024),
            null,
            IntStream.range(0, ModelCompressionStatus.MAX_STEPS)
                .mapToObj(StatusSizeTest::step)
                .toList(),
            IntStream.rangeClosed(1, 16)
                .mapToObj(n -> new TrialStatus(n, "s".repeat(256), false, "m".repeat(512)))
                .toList(),
            Collections.nCopies(
                160,
                new GateStatus(
                    Metric.PEAK_MEMORY_BYTES, "minRatio", "1".repeat(20), "2".repeat(20), false)),
            new ResultStatus("u".repeat(2304), DIGEST, 1L << 40, 16, false),
            Collections.nCopies(
                4,
                new Condition(
                    Condition.Type.RECONCILING,
                    Condition.Status.UNKNOWN,
                    1_000_000L,
                    TIME,
                    Reason.POD_ADMISSION_FAILED,
                    "m".repeat(1024))));
    assertThat(CanonicalJson.of(status).length()).isLessThan(256 * 1024);
  }

  private static StepStatus step(int number) {
    Map<String, String> metrics = new TreeMap<>();
    if (number % 10 == 0) {
      Arrays.stream(Metric.values())
          .forEach(
              metric -> {
                metrics.put(metric.originalKey(), "0.1234567890123456");
                metrics.put(metric.resultKey(), "0.1234567890123456");
              });
    }
    FileStatus file = new FileStatus("model.data", "u".repeat(128), DIGEST, 1L << 40);
    return new StepStatus(
        "n".repeat(43),
        16,
        StepStatus.State.SUCCEEDED,
        11,
        "j".repeat(60),
        10,
        List.of(),
        100,
        TIME,
        TIME,
        null,
        null,
        0,
        null,
        null,
        "k".repeat(64),
        List.of(file, file),
        metrics);
  }
}
