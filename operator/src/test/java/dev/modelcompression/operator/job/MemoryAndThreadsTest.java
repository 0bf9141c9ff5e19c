package dev.modelcompression.operator.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.api.pod.Quantity;
import dev.modelcompression.api.pod.Resources;
import dev.modelcompression.operator.Settings;
import dev.modelcompression.operator.TestSettings;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemoryAndThreadsTest {
  private static final Settings SETTINGS = TestSettings.of("MC_STEP_MAX_MEMORY=16Gi");

  @ParameterizedTest
  @CsvSource({
    // request, limit, kills → limit, request, whether it can grow
    "    , 2Gi,  0, 2Gi,   2Gi,   true",
    "    , 2Gi,  1, 3Gi,   3Gi,   true",
    "    , 2Gi,  2, 4608Mi, 4608Mi, true",
    "1Gi , 2Gi,  1, 3Gi,   1536Mi, true",
    "    , 2Gi,  9, 16Gi,  16Gi,  false",
    "    ,    ,  0, 4Gi,   4Gi,   true",
    "6Gi ,    ,  0, 6Gi,   6Gi,   true",
    // What the user gives is never cut.
    "    , 32Gi, 0, 32Gi,  32Gi,  false",
    "    , 32Gi, 3, 32Gi,  32Gi,  false",
    "    , 500M, 1, 715Mi, 715Mi, true"
  })
  void memoryGrowsByHalfUpToTheCap(
      String request, String limit, int kills, String newLimit, String newRequest, boolean grows) {
    Resources resources = resources("memory", request, limit);
    assertThat(Memory.limit(resources, SETTINGS, kills).getNumericalAmount())
        .isEqualByComparingTo(
            new io.fabric8.kubernetes.api.model.Quantity(newLimit).getNumericalAmount());
    assertThat(Memory.request(resources, SETTINGS, kills).getNumericalAmount())
        .isEqualByComparingTo(
            new io.fabric8.kubernetes.api.model.Quantity(newRequest).getNumericalAmount());
    assertThat(Memory.canGrow(resources, SETTINGS, kills)).isEqualTo(grows);
  }

  @ParameterizedTest
  @CsvSource({
    ",      ,     2",
    "1,     ,     1",
    "500m,  ,     1",
    "1,     2500m, 3",
    ",      4,    4",
    ",      0,    1",
    ",      999999999999P, 1024"
  })
  void threadsAreTheCpuRoundedUp(String request, String limit, int threads) {
    assertThat(Threads.of(resources("cpu", request, limit), SETTINGS.threads())).isEqualTo(threads);
  }

  /** Never an invalid pod, which has a request above its limit. */
  @ParameterizedTest
  @CsvSource({
    // request, limit → limit, request
    "     ,     , 8Gi,  64Mi",
    "1Gi  ,     , 8Gi,  1Gi",
    "20Gi ,     , 20Gi, 20Gi",
    "     , 20Gi, 20Gi, 64Mi",
    "     , 32Mi, 32Mi, 32Mi",
    "1Gi  , 2Gi , 2Gi,  1Gi"
  })
  void scratchIsAsLargeAsWhatIsAskedFor(
      @Nullable String request, @Nullable String limit, String newLimit, String newRequest) {
    Resources resources = resources("ephemeral-storage", request, limit);
    assertThat(Scratch.limit(resources, SETTINGS)).hasToString(newLimit);
    assertThat(Scratch.request(resources, SETTINGS)).hasToString(newRequest);
  }

  @Test
  void cpuIsAskedForWithoutTakingAWholeSmallNode() {
    assertThat(Threads.request(SETTINGS)).hasToString("1000m");
  }

  private static Resources resources(
      String name, @Nullable String request, @Nullable String limit) {
    return new Resources(amount(name, request), amount(name, limit));
  }

  private static Map<String, Quantity> amount(String name, @Nullable String amount) {
    return amount == null ? Map.of() : Map.of(name, Quantity.of(amount));
  }
}
