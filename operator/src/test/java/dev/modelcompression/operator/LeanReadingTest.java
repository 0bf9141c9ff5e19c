package dev.modelcompression.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import org.junit.jupiter.api.Test;

class LeanReadingTest {
  private final ObjectMapper plain = new ObjectMapper();
  private final ObjectMapper lean = new ObjectMapper();

  LeanReadingTest() {
    new LeanReading().customize(lean);
  }

  @Test
  void writesWhatItWouldNotRead() throws JsonProcessingException {
    assertThat(lean.writeValueAsString(job())).isEqualTo(plain.writeValueAsString(job()));
    assertThat(lean.writeValueAsString(pod())).isEqualTo(plain.writeValueAsString(pod()));
  }

  @Test
  void readsAllButTheBulk() throws JsonProcessingException {
    Job job = lean.readValue(plain.writeValueAsString(job()), Job.class);
    assertThat(job.getSpec().getTemplate()).isNull();
    assertThat(job.getMetadata().getManagedFields()).isEmpty();
    assertThat(job.getMetadata().getName()).isEqualTo("job");
    assertThat(job.getSpec().getSuspend()).isTrue();
    assertThat(job.getStatus().getActive()).isOne();
    Pod pod = lean.readValue(plain.writeValueAsString(pod()), Pod.class);
    assertThat(pod.getSpec()).isNull();
    assertThat(pod.getMetadata().getLabels()).containsEntry("a", "b");
    assertThat(pod.getStatus().getPhase()).isEqualTo("Running");
  }

  private static Job job() {
    return new JobBuilder()
        .withNewMetadata()
        .withName("job")
        .addNewManagedField()
        .withManager("somebody")
        .endManagedField()
        .endMetadata()
        .withNewSpec()
        .withSuspend(true)
        .withNewTemplate()
        .withSpec(pod().getSpec())
        .endTemplate()
        .endSpec()
        .withNewStatus()
        .withActive(1)
        .endStatus()
        .build();
  }

  private static Pod pod() {
    return new PodBuilder()
        .withNewMetadata()
        .withName("pod")
        .addToLabels("a", "b")
        .endMetadata()
        .withNewSpec()
        .withNodeName("node")
        .endSpec()
        .withNewStatus()
        .withPhase("Running")
        .endStatus()
        .build();
  }
}
