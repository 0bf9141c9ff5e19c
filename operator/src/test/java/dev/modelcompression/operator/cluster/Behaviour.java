package dev.modelcompression.operator.cluster;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.modelcompression.api.StepType;
import dev.modelcompression.contract.Artifact;
import dev.modelcompression.contract.CanonicalJson;
import dev.modelcompression.contract.ContractJson;
import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.contract.InputsRequest;
import dev.modelcompression.contract.StepRequest;
import dev.modelcompression.contract.TerminationMessage;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How a pod of a test ends.
 *
 * @param exitStatus status of its container; null to let it run
 * @param reason the kubelet's word for it
 * @param message what it leaves
 */
public record Behaviour(
    @Nullable Integer exitStatus, @Nullable String reason, @Nullable String message) {
  /** Not a word of the kubelet's: no pod is made. */
  static final String REFUSED = "refused";

  static final String CREATING = "ContainerCreating";

  /** It runs until it is deleted. */
  public static final Behaviour RUNS = new Behaviour(null, null, null);

  /** It does not start, for the kubelet's reason. */
  public static Behaviour waits(String reason, String message) {
    return new Behaviour(null, reason, message);
  }

  /** Its container is not made; that says nothing, but an Event does. */
  public static Behaviour unmounted(String message) {
    return new Behaviour(null, CREATING, message);
  }

  /** No pod may be made, for the API server's reason. */
  public static Behaviour refused(String message) {
    return new Behaviour(null, REFUSED, message);
  }

  /** It is killed for want of memory. */
  public static final Behaviour OOM = new Behaviour(137, "OOMKilled", null);

  /** It ends well and leaves a text that is no message. */
  public static Behaviour leaves(@Nullable String text) {
    return new Behaviour(0, "Completed", text);
  }

  /** It ends badly and says so. */
  public static Behaviour exits(ExitCode exit, String message) {
    return new Behaviour(exit.code(), "Error", TerminationMessage.failed(exit, message).toJson());
  }

  /** What a sound step does: it answers its request, with outputs made of it. */
  public static Behaviour sound(Job job, Map<String, Double> metrics) {
    Optional<String> inputs = variable(job, InputsRequest.VARIABLE);
    if (inputs.isPresent()) {
      InputsRequest request =
          ContractJson.read(inputs.get(), InputsRequest.class, "inputs request");
      Map<String, Artifact> found = new TreeMap<>();
      request.files().forEach((name, file) -> found.put(name, found(name, file)));
      return leaves(request.answer(found, "found").toJson());
    }
    StepRequest request =
        ContractJson.readRequest(variable(job, StepRequest.VARIABLE).orElseThrow());
    boolean model = request.step().type().makesModel();
    return leaves(
        new TerminationMessage(
                StepRequest.VERSION,
                ExitCode.DONE,
                "done",
                null,
                model
                    ? Map.of(
                        Artifact.MODEL,
                        artifact(Artifact.MODEL, request.output()).at(Artifact.MODEL, "model.onnx"))
                    : Map.of(),
                request.step().type() == StepType.EVALUATE ? metrics : Map.of())
            .toJson());
  }

  /** The file is what it was declared to be, where it was. */
  private static Artifact found(String name, InputsRequest.File file) {
    Artifact any = artifact(name, file.uri());
    return file.digest() == null ? any : new Artifact(name, any.uri(), file.digest(), any.bytes());
  }

  private static Artifact artifact(String name, String content) {
    return new Artifact(
        name,
        content,
        CanonicalJson.digest(JsonNodeFactory.instance.textNode(content)),
        content.length());
  }

  private static Optional<String> variable(Job job, String name) {
    return job.getSpec().getTemplate().getSpec().getContainers().get(0).getEnv().stream()
        .filter(variable -> name.equals(variable.getName()))
        .map(EnvVar::getValue)
        .findFirst();
  }
}
