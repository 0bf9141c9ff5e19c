package dev.modelcompression.operator;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.JobSpec;
import io.quarkus.kubernetes.client.KubernetesClientObjectMapperCustomizer;
import jakarta.inject.Singleton;

/**
 * Leaves out, while an object is read, what the operator never looks at: who manages which field,
 * and what pods are made of. That is most of what would be in its caches, and they hold everything
 * that is watched. Writing is as ever.
 */
@Singleton
public final class LeanReading implements KubernetesClientObjectMapperCustomizer {
  @Override
  public void customize(ObjectMapper mapper) {
    mapper.addMixIn(ObjectMeta.class, NoManagedFields.class);
    mapper.addMixIn(Pod.class, NoSpec.class);
    mapper.addMixIn(JobSpec.class, NoTemplate.class);
  }

  @JsonIgnoreProperties(value = "managedFields", allowGetters = true)
  private interface NoManagedFields {}

  @JsonIgnoreProperties(value = "spec", allowGetters = true)
  private interface NoSpec {}

  @JsonIgnoreProperties(value = "template", allowGetters = true)
  private interface NoTemplate {}
}
