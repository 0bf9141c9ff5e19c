package dev.modelcompression.api.pod;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** A volume that step pods can mount, of one of four kinds. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value =
        "[has(self.persistentVolumeClaim), has(self.configMap), has(self.secret),"
            + " has(self.emptyDir)].filter(x, x).size() == 1",
    message = "exactly one of persistentVolumeClaim, configMap, secret and emptyDir")
@ValidationRule(
    value = "!self.name.startsWith('mc-')",
    message = "names that begin with mc- belong to the operator",
    fieldPath = ".name")
public record Volume(
    @JsonPropertyDescription(
            "name is what volumeMounts call the volume: lower-case letters, digits and dashes. Names"
                + " that begin with mc- belong to the operator.")
        @Required
        @Pattern(KubernetesNames.LABEL)
        @Size(max = 63)
        String name,
    @JsonPropertyDescription(
            "persistentVolumeClaim mounts a claim of the namespace. Claims that pvc:// locations name"
                + " are mounted without this.")
        @Nullable Claim persistentVolumeClaim,
    @JsonPropertyDescription("configMap mounts the entries of a ConfigMap as files.")
        @Nullable LocalReference configMap,
    @JsonPropertyDescription(
            "secret mounts the entries of a Secret as files, such as credentials of an S3 store; the"
                + " operator never reads it.")
        @Nullable SecretSource secret,
    @JsonPropertyDescription("emptyDir is an empty folder that goes with the pod.")
        @Nullable EmptyDir emptyDir) {

  /** A claim by its name. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Claim(
      @JsonPropertyDescription(
              "claimName is the name of the claim, which is in the same namespace.")
          @Required
          @Pattern(KubernetesNames.OBJECT)
          @Size(max = 253)
          String claimName,
      @JsonPropertyDescription("readOnly mounts it so that nothing can be written.")
          @Nullable Boolean readOnly) {}

  /** A Secret by its name. */
  public record SecretSource(
      @JsonPropertyDescription(
              "secretName is the name of the Secret, which is in the same namespace.")
          @Required
          @Pattern(KubernetesNames.OBJECT)
          @Size(max = 253)
          String secretName) {}

  /** An empty folder. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record EmptyDir(
      @JsonPropertyDescription("medium is where the folder is; on the node's disk when left out.")
          @Nullable Medium medium,
      @JsonPropertyDescription("sizeLimit is how much may be written, such as 2Gi.")
          @Pattern(Quantity.PATTERN)
          @Nullable Quantity sizeLimit) {}

  /** Where an empty folder is. */
  public enum Medium {
    /** In memory; what is written counts as the container's. */
    @JsonProperty("Memory")
    MEMORY
  }
}
