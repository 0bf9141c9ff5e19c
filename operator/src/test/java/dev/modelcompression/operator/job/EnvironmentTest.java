package dev.modelcompression.operator.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.api.pod.PodTemplate;
import io.fabric8.kubernetes.api.model.EnvVar;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnvironmentTest {
  /** What the kubelet looks at: an operator with what follows it, from left to right. */
  private static final Pattern EXPANDED = Pattern.compile("\\$(\\$|\\(([^)]*)\\))");

  /** A Secret of the user's is in another variable; nothing that a spec says may bring it out. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "file:///$(TOKEN)",
        "file:///$$(TOKEN)",
        "file:///$$$(TOKEN)",
        "$$$$(TOKEN)",
        "pa$$word",
        "$",
        "$$",
        "$(",
        "$(TOKEN",
        "a$b"
      })
  void aTextArrivesAsItIs(String text) {
    String written =
        Environment.ofStep(PodTemplate.NONE, "REQUEST", text).stream()
            .filter(variable -> variable.getName().equals("REQUEST"))
            .map(EnvVar::getValue)
            .findFirst()
            .orElseThrow();
    assertThat(expanded(written, Map.of("TOKEN", "secret"))).isEqualTo(text);
  }

  /**
   * As Kubernetes expands a value.
   *
   * @see <a href="https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/">
   *     EnvVar, value</a>
   */
  private static String expanded(String value, Map<String, String> variables) {
    return EXPANDED
        .matcher(value)
        .replaceAll(
            found ->
                Matcher.quoteReplacement(
                    found.group(1).equals("$")
                        ? "$"
                        : variables.getOrDefault(found.group(2), found.group())));
  }
}
