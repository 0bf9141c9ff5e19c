package dev.modelcompression.operator.release.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReleaseNamesTest {
  private static final String DIGEST = "sha256:" + "a1".repeat(32);
  private static final int LABEL = 63;

  @Test
  void aWorkloadHasTheNameOfTheReleaseAndTheBeginningOfTheDigest() {
    assertThat(ReleaseNames.workload("fashion", DIGEST)).isEqualTo("fashion-a1a1a1a1");
  }

  @Test
  void longNamesOfOneBeginningHaveWorkloadsOfTheirOwn() {
    String blue = "n".repeat(58) + "-blue";
    String green = "n".repeat(57) + "-green";
    String first = ReleaseNames.workload(blue, DIGEST);
    assertThat(first)
        .isNotEqualTo(ReleaseNames.workload(green, DIGEST))
        .hasSizeLessThanOrEqualTo(LABEL)
        .matches("n+-[0-9a-f]{8}-a1a1a1a1");
    assertThat(ReleaseNames.isWorkload(blue, first)).isTrue();
    assertThat(ReleaseNames.isWorkload(green, first)).isFalse();
  }
}
