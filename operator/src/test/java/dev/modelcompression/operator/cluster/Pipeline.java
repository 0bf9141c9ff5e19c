package dev.modelcompression.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.modelcompression.api.ModelCompression;
import dev.modelcompression.api.status.ModelCompressionStatus;
import dev.modelcompression.api.status.Phase;
import dev.modelcompression.api.status.StepStatus;
import dev.modelcompression.contract.ContractJson;
import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.operator.job.Labels;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The run that faults disturb, three steps with a retry on the way and a gate, and what has to come
 * of it all the same: the end of a run that nothing disturbed, each attempt with one Job, and no
 * write after that.
 */
public final class Pipeline {
  /** Attempts of the run: the inputs, optimize twice, quantize and evaluate. */
  public static final List<String> ATTEMPTS =
      List.of("evaluate 1", "inputs 1", "optimize 1", "optimize 2", "quantize 1");

  /**
   * A create for each attempt; a status for each of them, for the pause before one, and the end.
   */
  public static final int WRITES = 5 + 7;

  private static final String ONE_STEP = "  steps:\n  - {name: evaluate, evaluate: {}}\n";

  /** The same of a run with one step. */
  private static final int WRITES_OF_ONE_STEP = 2 + 3;

  /** What is another in each run that ends the same. */
  private static final Set<String> OF_THIS_RUN =
      Set.of("startTime", "completionTime", "lastTransitionTime", "observedGeneration", "job");

  private Pipeline() {}

  /** How its pods end. */
  public static Behaviour behave(Job job) {
    return is(job, "optimize", 1)
        ? Behaviour.exits(ExitCode.TRY_AGAIN, "no store")
        : Behaviour.sound(job, Scene.GOOD);
  }

  /** Whether a Job is of that attempt of a step. */
  public static boolean is(Job job, String step, int attempt) {
    return attempt(job).equals(step + " " + attempt);
  }

  /** The step of a Job and its attempt. */
  public static String attempt(Job job) {
    Map<String, String> labels = job.getMetadata().getLabels();
    return labels.get(Labels.STEP) + " " + labels.get(Labels.ATTEMPT);
  }

  /** Whether a step is at work. */
  public static boolean isRunning(ModelCompressionStatus status, String step) {
    return status.steps().stream()
        .anyMatch(s -> s.name().equals(step) && s.state() == StepStatus.State.RUNNING);
  }

  /** Waits for the end and holds all of it against a run that nothing disturbed. */
  public static void assertUndisturbed(Scene scene) {
    assertSameEnd(scene);
    assertThat(scene.podsByJob().entrySet())
        .as("pods by Job")
        .filteredOn(job -> job.getKey().startsWith(Scene.NAME + "-"))
        .hasSize(ATTEMPTS.size())
        .allSatisfy(job -> assertThat(job.getValue()).isOne());
    assertQuiet(scene);
  }

  /** The same, where pods were lost on the way and others were made in their place. */
  public static void assertSameEnd(Scene scene) {
    ModelCompression end = scene.awaitEnd();
    assertThat(lasting(end.getStatus()).toPrettyString())
        .isEqualTo(Undisturbed.END.toPrettyString());
    assertThat(scene.jobs())
        .extracting(Pipeline::attempt)
        .containsExactlyInAnyOrderElementsOf(ATTEMPTS);
    assertThat(scene.writes())
        .as("Jobs are made and deleted, never changed")
        .filteredOn(write -> write.contains("/jobs"))
        .allMatch(write -> write.startsWith("POST") || write.startsWith("DELETE"));
  }

  /**
   * The operator has nothing more to write, also when it looks again: finished Jobs are removed, as
   * their time to live does it. Another compression that runs to its end shows that it has looked.
   */
  public static void assertQuiet(Scene scene) {
    ModelCompression end = scene.get();
    List<String> events = scene.events();
    int written = scene.writes().size();
    for (Job job : scene.jobs()) {
      scene.client().resource(job).withPropagationPolicy(DeletionPropagation.BACKGROUND).delete();
    }
    runAnother(scene, "other");
    assertThat(scene.get()).isEqualTo(end);
    assertThat(scene.events()).isEqualTo(events);
    assertThat(scene.jobs()).isEmpty();
    assertThat(scene.writes().subList(written, scene.writes().size()))
        .noneMatch(write -> write.contains("/" + Scene.NAME))
        .hasSize(WRITES_OF_ONE_STEP);
  }

  /** Runs another compression to its end; the operator has seen by then what happened before. */
  public static void runAnother(Scene scene, String name) {
    scene.create(name, ONE_STEP);
    scene.await(name, found -> found.getStatus().phase() == Phase.SUCCEEDED);
  }

  /** The end of a run that nothing disturbs; it is made once. */
  private static final class Undisturbed {
    static final JsonNode END = end();

    private static JsonNode end() {
      try (Scene scene = new Scene(Pipeline::behave)) {
        scene.start();
        scene.apply(Scene.STEPS);
        JsonNode end = lasting(scene.awaitEnd().getStatus());
        assertThat(end.at("/phase").asText()).isEqualTo("Succeeded");
        assertThat(scene.writes()).hasSize(WRITES);
        assertThat(scene.jobs()).hasSize(ATTEMPTS.size());
        return end;
      }
    }
  }

  /** The status without times, and without what names this run among others that end the same. */
  private static JsonNode lasting(ModelCompressionStatus status) {
    return lasting(ContractJson.tree(status));
  }

  private static JsonNode lasting(JsonNode node) {
    if (node instanceof ObjectNode object) {
      ObjectNode kept = object.objectNode();
      object.properties().stream()
          .filter(member -> !OF_THIS_RUN.contains(member.getKey()))
          .forEach(member -> kept.set(member.getKey(), lasting(member.getValue())));
      return kept;
    }
    if (node instanceof ArrayNode array) {
      ArrayNode kept = array.arrayNode();
      array.forEach(element -> kept.add(lasting(element)));
      return kept;
    }
    // Runs are named by a hash and the generation at which they began.
    return node.isTextual()
        ? TextNode.valueOf(node.asText().replaceFirst("^([0-9a-f]{16})-[0-9]+$", "$1"))
        : node;
  }
}
