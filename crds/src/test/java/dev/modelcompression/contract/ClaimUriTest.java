package dev.modelcompression.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClaimUriTest {
  @ParameterizedTest
  @CsvSource({
    "pvc://models, models, ''",
    "pvc://models/, models, ''",
    "pvc://models/a/b.onnx, models, a/b.onnx",
    "pvc://models//a/./b/../c, models, a/c",
    "pvc://data-1.team/with%20space, data-1.team, with space",
  })
  void isAPlaceInAClaim(String uri, String claim, String path) {
    assertThat(ClaimUri.parse(uri)).isEqualTo(new ClaimUri(claim, Path.of(path)));
  }

  @Test
  void claimsAreMountedUnderTheirOwnNames() {
    assertThat(ClaimUri.parse("pvc://models/a").mountPath()).isEqualTo("/mnt/claims/models");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pvc://models/..",
        "pvc://models/../other/secret",
        "pvc://models/a/../../other",
        "pvc://models/%2e%2e/other",
        "pvc://models/a%2f..%2f..%2fother",
        "pvc://../models",
        "pvc://.",
        "pvc:///a",
        "pvc://",
        "pvc:models/a",
        "pvc://Models/a",
        "pvc://mo_dels/a",
        "pvc://-models/a",
        "pvc://user@models/a",
        "pvc://models:80/a",
        "pvc://models/a?b",
        "pvc://models/a#b",
        "pvc://models/a b",
        "pvc://models/%00",
        "pvc://models/%zz",
        "file:///models/a",
        "",
      })
  void refusesWhatIsNone(String uri) {
    assertThatThrownBy(() -> ClaimUri.parse(uri))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("'" + uri + "' ")
        .hasMessageEndingWith("; expected pvc://<claim>/<path>");
  }

  @Test
  void refusesNamesLongerThanKubernetesTakes() {
    assertThat(ClaimUri.parse("pvc://" + "a".repeat(253) + "/x").path()).hasToString("x");
    assertThatThrownBy(() -> ClaimUri.parse("pvc://" + "a".repeat(254) + "/x"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
