package dev.modelcompression.api.pod;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** A taint of nodes that the pod puts up with. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value =
        "!has(self.operator) || self.operator != 'Exists' || !has(self.value) || self.value == ''",
    message = Toleration.NO_VALUE_EXPECTED,
    fieldPath = ".value")
@ValidationRule(
    value =
        "(has(self.operator) && self.operator == 'Exists') || (has(self.key) && self.key != '')",
    message = Toleration.KEY_EXPECTED,
    fieldPath = ".key")
@ValidationRule(
    value = "!has(self.tolerationSeconds) || (has(self.effect) && self.effect == 'NoExecute')",
    message = Toleration.NO_EXECUTE_EXPECTED,
    fieldPath = ".tolerationSeconds")
public record Toleration(
    @JsonPropertyDescription("key is the taint's key; every key when left out.") @Size(max = 317)
        @Nullable String key,
    @JsonPropertyDescription(
            "operator says how value is compared; Kubernetes takes Equal when left out.")
        @Nullable Operator operator,
    @JsonPropertyDescription("value is the taint's value, for operator Equal.") @Size(max = 63)
        @Nullable String value,
    @JsonPropertyDescription("effect is the taint's effect; every effect when left out.")
        @Nullable Effect effect,
    @JsonPropertyDescription(
            "tolerationSeconds is how long a NoExecute taint is put up with; forever when left out."
                + " 0 to 31536000.")
        @Min(0)
        @Max(31_536_000)
        @Nullable Long tolerationSeconds) {
  /** A value is there, and the operator is one that takes none. */
  public static final String NO_VALUE_EXPECTED = "must be left out: operator Exists takes no value";

  /** Every taint is only tolerated by Exists. */
  public static final String KEY_EXPECTED = "is missing; only operator Exists can do without";

  /** A time is there, and the effect is one that is not about time. */
  public static final String NO_EXECUTE_EXPECTED = "is allowed for effect NoExecute only";

  /** How the value of a taint is compared. */
  public enum Operator {
    /** The value must be the same. */
    @JsonProperty("Equal")
    EQUAL,
    /** Any value will do. */
    @JsonProperty("Exists")
    EXISTS
  }

  /** What a taint does to pods that do not tolerate it. */
  public enum Effect {
    /** They are not scheduled there. */
    @JsonProperty("NoSchedule")
    NO_SCHEDULE,
    /** They are scheduled elsewhere where that is possible. */
    @JsonProperty("PreferNoSchedule")
    PREFER_NO_SCHEDULE,
    /** They are not scheduled there, and those that run are evicted. */
    @JsonProperty("NoExecute")
    NO_EXECUTE
  }
}
