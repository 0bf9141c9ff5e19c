package dev.modelcompression.api.pod;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** An environment variable of the step: a value, or an entry of a Secret or ConfigMap. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value = "has(self.value) != has(self.valueFrom)",
    message = "exactly one of value and valueFrom")
@ValidationRule(
    value = "!self.name.startsWith('MC_')",
    message = "names that begin with MC_ belong to the step contract",
    fieldPath = ".name")
public record EnvVar(
    @JsonPropertyDescription(
            "name is the variable's name. Names that begin with MC_ belong to the step contract and"
                + " cannot be set.")
        @Required
        @Pattern("^[A-Za-z_][A-Za-z0-9_]*$")
        @Size(max = 128)
        String name,
    @JsonPropertyDescription("value is the variable's value. No secrets: a spec is readable.")
        @Size(max = 1024)
        @Nullable String value,
    @JsonPropertyDescription("valueFrom takes the value from a Secret or a ConfigMap.")
        @Nullable Source valueFrom) {

  /** Where a value comes from when the pod starts. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @ValidationRule(
      value = "has(self.secretKeyRef) != has(self.configMapKeyRef)",
      message = "exactly one of secretKeyRef and configMapKeyRef")
  public record Source(
      @JsonPropertyDescription(
              "secretKeyRef takes the value from a Secret when the pod starts; the operator never"
                  + " reads it.")
          @Nullable KeyReference secretKeyRef,
      @JsonPropertyDescription(
              "configMapKeyRef takes the value from a ConfigMap when the pod starts.")
          @Nullable KeyReference configMapKeyRef) {}
}
