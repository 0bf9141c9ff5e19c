package dev.modelcompression.operator.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.modelcompression.api.pod.PodTemplate;
import dev.modelcompression.operator.Settings;
import dev.modelcompression.operator.TestSettings;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PodShapeTest {
  private static final String OS = "kubernetes.io/os";
  private static final String ARCH = "kubernetes.io/arch";

  @Test
  void ourImagesRunOnNodesOfTheirKindUnlessTheUserSaysOtherwise() throws Exception {
    assertThat(pod("{}", true).getNodeSelector()).isEqualTo(Map.of(OS, "linux", ARCH, "amd64"));
    assertThat(pod("{\"nodeSelector\": {\"kubernetes.io/arch\": \"arm64\", \"a\": \"b\"}}", true))
        .extracting(PodSpec::getNodeSelector)
        .isEqualTo(Map.of(OS, "linux", ARCH, "arm64", "a", "b"));
  }

  @Test
  void imagesOfTheUserRunWhereTheUserSays() throws Exception {
    assertThat(pod("{}", false).getNodeSelector()).isNull();
    assertThat(pod("{\"nodeSelector\": {\"a\": \"b\"}}", false).getNodeSelector())
        .isEqualTo(Map.of("a", "b"));
  }

  /** A user's image and ours may be in two registries. */
  @Test
  void pullSecretsAreTheUsersAndThenTheAdministrators() throws Exception {
    PodSpec pod = pod("{\"imagePullSecrets\": [{\"name\": \"own\"}, {\"name\": \"both\"}]}", true);
    assertThat(pod.getImagePullSecrets())
        .extracting(secret -> secret.getName())
        .containsExactly("own", "both", "registry");
  }

  @Test
  void aPlatformMayChooseTheUser() throws Exception {
    assertThat(Serialization.asYaml(pod("{}", true).getSecurityContext()))
        .contains("runAsUser: 1000", "runAsGroup: 1000", "fsGroup: 1000");
    PodSpec chosen = PodShape.pod(template("{}"), "field", true, settings(null)).build();
    assertThat(Serialization.asYaml(chosen.getSecurityContext()))
        .isEqualTo(
            """
            ---
            fsGroupChangePolicy: "OnRootMismatch"
            runAsNonRoot: true
            seccompProfile:
              type: "RuntimeDefault"
            """);
  }

  private static PodSpec pod(String template, boolean ours) throws Exception {
    return PodShape.pod(template(template), "field", ours, settings(1000L)).build();
  }

  private static PodTemplate template(String json) throws Exception {
    return new ObjectMapper().readValue(json, PodTemplate.class);
  }

  private static Settings settings(@Nullable Long user) {
    return TestSettings.of(
        "MC_IMAGE_PULL_SECRETS=both,registry", "MC_RUN_AS_USER=" + (user == null ? "" : user));
  }
}
