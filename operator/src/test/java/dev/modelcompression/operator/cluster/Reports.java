package dev.modelcompression.operator.cluster;

import dev.modelcompression.contract.ContractJson;
import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.contract.ProbeReport;
import dev.modelcompression.contract.ProbeRequest;
import dev.modelcompression.contract.ReleaseReportRequest;
import dev.modelcompression.contract.StepRequest;
import dev.modelcompression.contract.TerminationMessage;
import dev.modelcompression.contract.WriteBackReport;
import dev.modelcompression.contract.WriteBackRequest;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.Supplier;

/** How Jobs of a release end, which can change while a test runs. */
public final class Reports implements Function<Job, Behaviour> {
  private static final ProbeReport.Estimate FAST = new ProbeReport.Estimate(1, 0.01);
  private static final ProbeReport.Estimate SLOW = new ProbeReport.Estimate(2, 0.01);

  private final List<WriteBackRequest> written = new CopyOnWriteArrayList<>();
  private final List<ReleaseReportRequest> reported = new CopyOnWriteArrayList<>();
  private final Function<Job, Behaviour> others;
  private volatile Function<ProbeRequest, Behaviour> probes = Reports::good;
  private volatile Function<WriteBackRequest, Behaviour> git = Reports::committed;
  private volatile Supplier<Behaviour> told = Reports::page;

  /** All is well. */
  public Reports() {
    this(job -> Behaviour.sound(job, Scene.GOOD));
  }

  /** Jobs of compressions end as the test says. */
  public Reports(Function<Job, Behaviour> others) {
    this.others = others;
  }

  /** From now on measurements end so. */
  public Reports measure(Function<ProbeRequest, Behaviour> next) {
    probes = next;
    return this;
  }

  /** From now on the outcome gets into Git so. */
  public Reports write(Function<WriteBackRequest, Behaviour> next) {
    git = next;
    return this;
  }

  /** What was asked to be written to Git; the same more than once when a pod runs for long. */
  public List<WriteBackRequest> written() {
    return List.copyOf(written);
  }

  /** From now on reports of releases end so. */
  public Reports report(Supplier<Behaviour> next) {
    told = next;
    return this;
  }

  /** What reports were asked for; the same more than once when a pod runs for long. */
  public List<ReleaseReportRequest> reported() {
    return List.copyOf(reported);
  }

  /** It is in the workspace. */
  public static Behaviour page() {
    return Behaviour.leaves(
        new TerminationMessage(
                StepRequest.VERSION, ExitCode.DONE, "3 of 3 measurements", null, Map.of(), Map.of())
            .toJson());
  }

  @Override
  public Behaviour apply(Job job) {
    Optional<String> probe = variable(job, ProbeRequest.VARIABLE);
    if (probe.isPresent()) {
      return probes.apply(ContractJson.read(probe.get(), ProbeRequest.class, "probe request"));
    }
    Optional<String> write = variable(job, WriteBackRequest.VARIABLE);
    if (write.isPresent()) {
      WriteBackRequest request =
          ContractJson.read(write.get(), WriteBackRequest.class, "write-back request");
      written.add(request);
      return git.apply(request);
    }
    Optional<String> report = variable(job, ReleaseReportRequest.VARIABLE);
    if (report.isPresent()) {
      reported.add(ReleaseReportRequest.parse(report.get()));
      return told.get();
    }
    return others.apply(job);
  }

  /** Both sides answer alike. */
  public static Behaviour good(ProbeRequest request) {
    return measured(request, 0);
  }

  /**
   * The candidate is wrong in half of all samples: beyond any limit, also after some good rounds.
   */
  public static Behaviour bad(ProbeRequest request) {
    return measured(request, request.samples() / 2);
  }

  private static Behaviour measured(ProbeRequest request, int worse) {
    int all = request.samples();
    int right = all / 10 * 9;
    return Behaviour.leaves(
        new ProbeReport(
                StepRequest.VERSION,
                request.runId(),
                request.round(),
                all,
                new ProbeReport.Side(all, 0, right, FAST, SLOW, null),
                new ProbeReport.Side(all, 0, right - worse, FAST, SLOW, null),
                new ProbeReport.Pairs(all, all - worse, worse, 0, FAST, FAST),
                Map.of())
            .toJson());
  }

  /** It is in the branch that the cluster follows. */
  public static Behaviour committed(WriteBackRequest request) {
    return Behaviour.leaves(
        WriteBackReport.done(
                WriteBackReport.Result.COMMITTED, "done", "c".repeat(40), request.branch(), null)
            .toJson());
  }

  private static Optional<String> variable(Job job, String name) {
    return job.getSpec().getTemplate().getSpec().getContainers().get(0).getEnv().stream()
        .filter(variable -> name.equals(variable.getName()))
        .map(EnvVar::getValue)
        .findFirst();
  }
}
