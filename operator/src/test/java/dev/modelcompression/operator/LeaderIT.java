package dev.modelcompression.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.api.ModelCompression;
import dev.modelcompression.api.status.ModelCompressionStatus;
import dev.modelcompression.api.status.Phase;
import dev.modelcompression.api.status.StepStatus;
import dev.modelcompression.operator.cluster.ApiServer;
import dev.modelcompression.operator.cluster.Await;
import dev.modelcompression.operator.cluster.Behaviour;
import dev.modelcompression.operator.cluster.MetricsTable;
import dev.modelcompression.operator.cluster.OperatorProcess;
import dev.modelcompression.operator.cluster.Scene;
import dev.modelcompression.operator.cluster.Script;
import dev.modelcompression.operator.cluster.TraceReceiver;
import dev.modelcompression.operator.job.Labels;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.opentelemetry.proto.trace.v1.Span;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Two replicas of the packaged operator: one leads, and is lost in the middle of a run. The end is
 * that of a run that nothing disturbed, with one Job and one pod an attempt. The replicas warn when
 * they are kept from the processor, so nothing else runs meanwhile.
 */
@Isolated
class LeaderIT {
  private static final List<String> UNDISTURBED =
      List.of(
          "inputs 0: SUCCEEDED 1",
          "optimize 1: SUCCEEDED 1",
          "quantize 1: SUCCEEDED 1",
          "evaluate 1: SUCCEEDED 1");

  private final Script script = new Script(LeaderIT::holdQuantize);
  private final Scene scene = new Scene(script);
  private final TraceReceiver traces = new TraceReceiver();
  private final OperatorProcess leader = replica("leader");
  private OperatorProcess standby;

  private OperatorProcess replica(String name) {
    return new OperatorProcess(
        name,
        scene.namespace(),
        ApiServer.get().kubeconfig(),
        Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", traces.endpoint()));
  }

  /** Until a step is at work: both replicas are up, and the first one leads. */
  @BeforeEach
  void run() {
    Await.until("the first replica leads", () -> holder().equals(leader.name()));
    standby = replica("standby");
    Await.until("the second is ready", () -> standby.status("/q/health/ready") == 200);
    scene.apply(Scene.STEPS);
    scene.awaitStatus(LeaderIT::isQuantizing);
    assertThat(writer(scene.get())).isEqualTo(leader.name());
  }

  private static boolean isQuantizing(ModelCompressionStatus status) {
    return "2/3 quantize".equals(status.step())
        && status.steps().stream()
            .anyMatch(
                step -> step.name().equals("quantize") && step.state() == StepStatus.State.RUNNING);
  }

  @AfterEach
  void stop() {
    leader.close();
    standby.close();
    traces.close();
    scene.close();
    for (OperatorProcess replica : List.of(leader, standby)) {
      assertThat(complaints(replica)).as("log of " + replica.name()).isEmpty();
    }
  }

  /** Lines of a log that somebody should look at, but for what each test wants. */
  private static List<String> complaints(OperatorProcess replica) {
    return replica
        .log()
        .lines()
        .filter(line -> !line.contains("\"level\":\"INFO\"") || line.contains("\"exception\""))
        .filter(line -> !line.contains("The lease " + OperatorProcess.LEASE + " is lost"))
        .toList();
  }

  @Test
  void whoIsNotTheLeaderIsAliveAndReady() {
    for (OperatorProcess replica : List.of(leader, standby)) {
      assertThat(replica.status("/q/health/started")).isEqualTo(200);
      assertThat(replica.status("/q/health/live")).isEqualTo(200);
      assertThat(replica.status("/q/health/ready")).isEqualTo(200);
    }
    assertThat(holder()).isEqualTo(leader.name());
    assertThat(leader.page("/q/metrics")).contains("modelcompression_leader 1.0");
    assertThat(standby.page("/q/metrics")).contains("modelcompression_leader 0.0");
  }

  @Test
  void whatIsDoneIsLoggedAndCounted() {
    script.become(LeaderIT::sound);
    assertEnd();
    Await.until("the end is told", () -> leader.log().contains("gates passed"));
    assertThat(leader.log().lines())
        .filteredOn(line -> line.contains("StepSucceeded: step quantize ended well"))
        .singleElement()
        .satisfies(
            line ->
                assertThat(line)
                    .contains("\"resource.name\":\"net\"")
                    .contains("\"resource.namespace\":\"" + scene.namespace() + "\""));
    List<String> exported =
        leader
            .page("/q/metrics")
            .lines()
            .filter(line -> line.matches("(modelcompression|reconciliations|events|custom)_.*"))
            .toList();
    assertThat(exported)
        .noneMatch(line -> line.contains("\"net\"") || line.contains(scene.namespace()))
        .anyMatch(
            line ->
                line.matches("modelcompression_step_attempts_total\\{result=\"Succeeded\".*} 4.0"))
        .anyMatch(line -> line.matches("modelcompression_gates_total\\{.*passed=\"true\".*} 1.0"));
    assertThat(exported)
        .extracting(line -> line.replaceAll("(_bucket|_count|_sum|_max)?[{ ].*", ""))
        .isSubsetOf(MetricsTable.read().keySet())
        .contains("reconciliations_queue", "reconciliations_active", "events_received_total");
  }

  @Test
  void aLeaderThatIsKilledIsFollowed() {
    Await.until("the first spans are sent", () -> spans().size() == 2);
    leader.signal("KILL");
    Instant killed = Instant.now();
    script.become(LeaderIT::sound);
    Await.until("the standby writes", () -> writer(scene.get()).equals(standby.name()));
    tell("killed", killed);
    assertEnd();
    assertThat(writer(job("quantize"))).isEqualTo(leader.name());
    assertThat(writer(job("evaluate"))).isEqualTo(standby.name());
    Await.until("the last span is sent", () -> spans().contains("ModelCompression"));
    assertThat(spans())
        .containsExactly("inputs", "optimize", "quantize", "evaluate", "ModelCompression");
    assertThat(traces.spans())
        .extracting(Span::getTraceId)
        .containsOnly(traces.spans().get(0).getTraceId());
  }

  private List<String> spans() {
    return traces.spans().stream().map(Span::getName).toList();
  }

  @Test
  void aLeaderThatWasFrozenOverwritesNothing() {
    leader.signal("STOP");
    Instant frozen = Instant.now();
    script.become(LeaderIT::sound);
    Await.until("the standby writes", () -> writer(scene.get()).equals(standby.name()));
    tell("frozen", frozen);
    assertEnd();
    ModelCompression end = scene.get();
    leader.signal("CONT");
    Instant resumed = Instant.now();
    Await.until("the frozen one ends", () -> !leader.alive());
    tell("resumed, and ended", resumed);
    assertThat(leader.exitStatus()).isEqualTo(1);
    assertThat(scene.get().getMetadata().getResourceVersion())
        .isEqualTo(end.getMetadata().getResourceVersion());
    assertThat(holder()).isEqualTo(standby.name());
    assertEnd();
  }

  @Test
  void aLeaderThatIsToldToStopHandsOver() {
    leader.signal("TERM");
    Instant told = Instant.now();
    Await.until("the leader ends", () -> !leader.alive());
    tell("told to stop, and ended", told);
    assertThat(leader.exitStatus()).isIn(0, 143);
    assertThat(holder()).isIn("", standby.name());
    script.become(LeaderIT::sound);
    Await.until("the standby writes", () -> writer(scene.get()).equals(standby.name()));
    tell("told to stop, and followed", told);
    assertEnd();
  }

  @Test
  void whoReachesNoApiServerEndsToBeStartedAgain() {
    String nowhere =
        ApiServer.get().kubeconfig().replaceAll("https://[^\\s\"]+", "https://127.0.0.1:9");
    try (OperatorProcess lost =
        new OperatorProcess(
            "lost",
            scene.namespace(),
            nowhere,
            Map.of("KUBERNETES_REQUEST_RETRY_BACKOFFLIMIT", "1"))) {
      Await.until("it ends", () -> !lost.alive());
      assertThat(lost.exitStatus()).isEqualTo(1);
      assertThat(lost.log()).contains("cannot start");
    }
  }

  private static void tell(String what, Instant since) {
    System.out.printf(
        "LeaderIT: %s: %d ms%n", what, Duration.between(since, Instant.now()).toMillis());
  }

  private void assertEnd() {
    ModelCompression end = scene.awaitEnd();
    assertThat(end.getStatus().phase()).isEqualTo(Phase.SUCCEEDED);
    assertThat(end.getStatus().steps())
        .extracting(
            step ->
                "%s %d: %s %d".formatted(step.name(), step.trial(), step.state(), step.attempt()))
        .isEqualTo(UNDISTURBED);
    assertThat(scene.podsByJob()).hasSize(4).allSatisfy((job, pods) -> assertThat(pods).isOne());
  }

  private String holder() {
    Lease lease =
        scene
            .client()
            .leases()
            .inNamespace(scene.namespace())
            .withName(OperatorProcess.LEASE)
            .get();
    return Optional.ofNullable(lease).map(found -> found.getSpec().getHolderIdentity()).orElse("");
  }

  private Job job(String step) {
    return scene
        .client()
        .batch()
        .v1()
        .jobs()
        .inNamespace(scene.namespace())
        .list()
        .getItems()
        .stream()
        .filter(job -> step.equals(job.getMetadata().getLabels().get(Labels.STEP)))
        .findFirst()
        .orElseThrow();
  }

  /** The replica that wrote to it last. */
  private static String writer(HasMetadata object) {
    return object.getMetadata().getManagedFields().stream()
        .filter(entry -> List.of("leader", "standby").contains(entry.getManager()))
        .reduce(
            (first, second) ->
                Objects.compare(first.getTime(), second.getTime(), String::compareTo) > 0
                    ? first
                    : second)
        .map(ManagedFieldsEntry::getManager)
        .orElse("");
  }

  private static Behaviour sound(Job job) {
    return Behaviour.sound(job, Scene.GOOD);
  }

  private static Behaviour holdQuantize(Job job) {
    return "quantize".equals(job.getMetadata().getLabels().get(Labels.STEP))
        ? Behaviour.RUNS
        : sound(job);
  }
}
