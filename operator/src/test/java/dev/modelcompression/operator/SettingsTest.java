package dev.modelcompression.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "MC_STEP_THREADS=1",
        "MC_STEP_THREADS=256",
        "MC_STEP_MAX_MEMORY=45Mi",
        "MC_JOB_PENDING_TIMEOUT=1s",
        "MC_JOB_PENDING_TIMEOUT=8760h",
        "MC_JOB_NO_POD_GRACE=1s",
        "MC_JOB_NO_POD_GRACE=8760h",
        "MC_JOB_RETRY_BACKOFF=0s",
        "MC_JOB_RETRY_BACKOFF=5m",
        "MC_JOB_TTL=1m",
        "MC_JOB_TTL=8760h",
        "MC_IMAGE_PULL_SECRETS=registry,a.b-1",
        "MC_RUN_AS_USER=1",
        "MC_RUN_AS_USER="
      })
  void takesTheLeastAndTheMost(String variable) {
    assertThatCode(() -> TestSettings.of(variable).check()).doesNotThrowAnyException();
  }

  /** As an administrator writes them; an empty variable is not the same as none. */
  @Test
  void readsListsAndWhatIsLeftEmpty() {
    Settings usual = TestSettings.of();
    assertThat(usual.imagePullSecrets()).isEmpty();
    assertThat(usual.runAsUser()).isEqualTo(65532);
    Settings other = TestSettings.of("MC_IMAGE_PULL_SECRETS=one,two", "MC_RUN_AS_USER=");
    assertThat(other.imagePullSecrets()).containsExactly("one", "two");
    assertThat(other.runAsUser()).isNull();
    assertThat(TestSettings.of("MC_IMAGE_PULL_SECRETS=").imagePullSecrets()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "MC_STEP_MEMORY=lots | MC_STEP_MEMORY is 'lots', expected an amount of bytes such as 4Gi",
        "MC_STEP_MAX_MEMORY=0 | MC_STEP_MAX_MEMORY is '0', expected an amount of bytes such as 4Gi",
        "MC_STEP_THREADS=0 | MC_STEP_THREADS is 0, expected at least 1",
        "MC_JOB_PENDING_TIMEOUT=0s | MC_JOB_PENDING_TIMEOUT is 0s, expected 1s to 8760h",
        "MC_JOB_NO_POD_GRACE=0s | MC_JOB_NO_POD_GRACE is 0s, expected 1s to 8760h",
        "MC_JOB_TTL=59s | MC_JOB_TTL is 59s, expected 1m to 8760h",
        "MC_JOB_TTL=9999999h | MC_JOB_TTL is 9999999h, expected 1m to 8760h",
        "MC_JOB_RETRY_BACKOFF=6m | MC_JOB_RETRY_BACKOFF is 6m, expected 0s to 5m",
        "MC_IMAGE_PULL_SECRETS=registry,A b | MC_IMAGE_PULL_SECRETS has 'A b', expected names of Secrets, separated by commas",
        "MC_RUN_AS_USER=0 | MC_RUN_AS_USER is 0, expected at least 1, or nothing where the platform chooses"
      },
      quoteCharacter = '"')
  void saysWhichSettingIsWrongAndWhatIsAllowed(String variable, String message) {
    assertThatThrownBy(TestSettings.of(variable)::check)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }
}
