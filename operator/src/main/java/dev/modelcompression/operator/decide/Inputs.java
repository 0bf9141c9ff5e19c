package dev.modelcompression.operator.decide;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelcompression.api.DatasetSource;
import dev.modelcompression.api.ModelCompression;
import dev.modelcompression.api.ModelCompressionSpec;
import dev.modelcompression.api.status.FileStatus;
import dev.modelcompression.api.status.InputsStatus;
import dev.modelcompression.api.status.ModelCompressionStatus;
import dev.modelcompression.api.status.Phase;
import dev.modelcompression.api.status.Reason;
import dev.modelcompression.api.status.StepStatus;
import dev.modelcompression.contract.Artifact;
import dev.modelcompression.contract.CanonicalJson;
import dev.modelcompression.contract.ContractJson;
import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.contract.InputsRequest;
import dev.modelcompression.contract.StepRequest;
import dev.modelcompression.contract.TerminationMessage;
import dev.modelcompression.operator.observe.Ending;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * The bytes that a run starts from. The operator follows no URI: a Job looks at them, and what it
 * answers is kept in the status until the spec asks for something else.
 *
 * @param request what the Job is asked
 * @param label names what was asked for and since which generation of the spec; the value of the
 *     Job's label
 */
record Inputs(InputsRequest request, String label) {
  /** Name of the step that looks at the inputs. */
  static final String STEP = "inputs";

  /** It belongs to no trial. */
  static final int TRIAL = 0;

  private static final int HASH = 16;

  /**
   * The inputs of a spec. The label is that of the status while nothing that it stands for has
   * changed; after a failure, any edit of the spec makes another one, so that they are looked at
   * again.
   */
  static Inputs of(ModelCompression compression, ModelCompressionStatus status) {
    InputsRequest request = request(compression.getSpec());
    String hash = hash(request, compression.getSpec());
    long generation = compression.getMetadata().getGeneration();
    String known =
        status.steps().stream()
            .filter(step -> step.trial() == TRIAL)
            .filter(step -> !failedBefore(step, status, generation))
            .map(StepStatus::key)
            .filter(Objects::nonNull)
            .filter(key -> key.startsWith(hash + "-"))
            .findFirst()
            .orElse(hash + "-" + generation);
    return new Inputs(request, known);
  }

  private static boolean failedBefore(
      StepStatus step, ModelCompressionStatus status, long generation) {
    return step.state() == StepStatus.State.FAILED
        && status.phase() == Phase.FAILED
        && Generations.isEdited(status, generation);
  }

  private static InputsRequest request(ModelCompressionSpec spec) {
    Map<String, InputsRequest.File> files = new TreeMap<>();
    files.put(Artifact.MODEL, new InputsRequest.File(spec.model().uri(), spec.model().digest()));
    for (Map.Entry<String, DatasetSource> source : spec.datasets().byName().entrySet()) {
      String uri = source.getValue().uri();
      if (uri != null) {
        files.put(source.getKey(), new InputsRequest.File(uri, source.getValue().digest()));
      }
    }
    return InputsRequest.of(files);
  }

  private static String hash(InputsRequest request, ModelCompressionSpec spec) {
    ObjectNode identity = JsonNodeFactory.instance.objectNode();
    identity.set("request", ContractJson.tree(request));
    identity.put("restartNonce", spec.restartNonce());
    return CanonicalJson.digest(identity).substring("sha256:".length()).substring(0, HASH);
  }

  /** The files that the status knows for this request, by name; empty when it knows none. */
  Map<String, Artifact> known(ModelCompressionStatus status) {
    InputsStatus inputs = status.inputs();
    if (inputs == null || !inputs.key().equals(label)) {
      return Map.of();
    }
    Map<String, Artifact> files = new LinkedHashMap<>();
    for (FileStatus file : inputs.files()) {
      files.put(file.name(), new Artifact(file.name(), file.uri(), file.digest(), file.bytes()));
    }
    return files;
  }

  /** Holds what the pod said against what was asked. */
  Ending checked(Ending ending) {
    if (ending.exit() != ExitCode.DONE) {
      return ending;
    }
    try {
      Map<String, Artifact> found = request.answeredBy(answer(ending));
      return new Ending(ExitCode.DONE, 0, null, ending.message(), found, Map.of());
    } catch (IllegalArgumentException e) {
      return new Ending(
          ExitCode.TRY_AGAIN,
          0,
          Reason.RESULT_INVALID,
          String.valueOf(e.getMessage()),
          Map.of(),
          Map.of());
    }
  }

  private static TerminationMessage answer(Ending ending) {
    return new TerminationMessage(
        StepRequest.VERSION, ending.exit(), ending.message(), null, ending.outputs(), Map.of());
  }

  /** What the status keeps of the files. */
  InputsStatus status(Map<String, Artifact> files) {
    List<FileStatus> kept =
        files.values().stream()
            .map(file -> new FileStatus(file.name(), file.uri(), file.digest(), file.bytes()))
            .toList();
    return new InputsStatus(label, kept);
  }
}
