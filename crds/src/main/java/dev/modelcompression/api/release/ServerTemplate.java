package dev.modelcompression.api.release;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.modelcompression.api.pod.PodTemplate;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How models are served. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
    value = "!has(self.args) || size(self.args) == 0 || has(self.image)",
    message = "belong to an image of yours, and there is no image",
    fieldPath = ".args")
public record ServerTemplate(
    @JsonPropertyDescription(
            "image is a server of yours that speaks the Open Inference Protocol v2, such as Triton or"
                + " OpenVINO Model Server. An init container puts the verified model at"
                + " /mnt/model/<modelName>/1/model.onnx. The operator's own model server when left"
                + " out.")
        @Size(min = 1, max = 1024)
        @Nullable String image,
    @JsonPropertyDescription(
            "args are the arguments of image, such as --model-repository=/mnt/model. At most 64.")
        @Size(max = 64)
        List<@Size(max = 1024) String> args,
    @JsonPropertyDescription(
            "port is where image listens for the REST form of the protocol. 1 to 65535; defaults to"
                + " 8080.")
        @Default("8080")
        @Min(1)
        @Max(65535)
        Integer port,
    @JsonPropertyDescription(
            "modelName is the name in /v2/models/<name>. The name of the release when left out.")
        @Pattern("^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$")
        @Size(max = 63)
        @Nullable String modelName,
    @JsonPropertyDescription(
            "replicas is how many pods serve the side that has all requests. With provider"
                + " ReplicaRatio weights are rounded to pods. 1 to 100; defaults to 1.")
        @Default("1")
        @Min(1)
        @Max(100)
        Integer replicas,
    @JsonPropertyDescription(
            "podTemplate says how the pods are made. Its queueName has no effect here.")
        @Nullable PodTemplate podTemplate) {
  public ServerTemplate {
    args = args == null ? List.of() : List.copyOf(args);
    port = port == null ? 8080 : port;
    replicas = replicas == null ? 1 : replicas;
  }

  /** The operator's own server, one pod. */
  public static ServerTemplate defaults() {
    return new ServerTemplate(null, List.of(), 8080, null, 1, null);
  }
}
