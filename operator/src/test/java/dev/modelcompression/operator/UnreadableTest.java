package dev.modelcompression.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.modelcompression.api.ModelCompression;
import dev.modelcompression.api.release.ModelRelease;
import dev.modelcompression.api.release.status.ReleasePhase;
import io.fabric8.kubernetes.client.CustomResource;
import java.util.List;
import org.junit.jupiter.api.Test;

class UnreadableTest {
  private static final String RELEASE =
      """
      {"apiVersion": "modelcompression.dev/v1alpha1", "kind": "ModelRelease",
       "metadata": {"name": "net"},
       "spec": {"deletionPolicy": "%s"}, "status": {"phase": "%s"}}
      """;

  private final ObjectMapper mapper = new ObjectMapper();

  UnreadableTest() {
    new Unreadable().customize(mapper);
  }

  @Test
  void aSpecThatDoesNotFitIsLeftOutAndTold() throws JsonProcessingException {
    String json = RELEASE.formatted("Shred", "Progressing");

    ModelRelease read = mapper.readValue(json, ModelRelease.class);

    assertThat(Unreadable.contains(read)).isTrue();
    assertThat(read.getMetadata().getName()).isEqualTo("net");
    assertThat(read.getStatus().phase()).isEqualTo(ReleasePhase.PROGRESSING);
    assertThat(problems(json, read)).anySatisfy(p -> assertThat(p).contains("deletionPolicy"));
  }

  @Test
  void aStatusThatDoesNotFitIsTold() throws JsonProcessingException {
    String json = RELEASE.formatted("Retain", "Canary");

    ModelRelease read = mapper.readValue(json, ModelRelease.class);

    assertThat(Unreadable.contains(read)).isTrue();
    assertThat(problems(json, read)).anySatisfy(p -> assertThat(p).startsWith("status: "));
  }

  @Test
  void compressionsAreReadTheSameWay() throws JsonProcessingException {
    String json =
        """
        {"apiVersion": "modelcompression.dev/v1alpha1", "kind": "ModelCompression",
         "metadata": {"name": "net"}, "spec": {"steps": 7}}
        """;

    ModelCompression read = mapper.readValue(json, ModelCompression.class);

    assertThat(Unreadable.contains(read)).isTrue();
    assertThat(problems(json, read)).anySatisfy(p -> assertThat(p).startsWith("spec.steps"));
  }

  @Test
  void whatFitsIsReadAsEver() throws JsonProcessingException {
    ModelRelease read =
        mapper.readValue(RELEASE.formatted("Retain", "Succeeded"), ModelRelease.class);

    assertThat(Unreadable.contains(read)).isFalse();
    assertThat(read.getStatus().phase()).isEqualTo(ReleasePhase.SUCCEEDED);
  }

  private List<String> problems(String json, CustomResource<?, ?> read)
      throws JsonProcessingException {
    return Unreadable.problems(mapper.readTree(json), read);
  }
}
