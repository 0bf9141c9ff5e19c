package dev.modelcompression.operator.release.manifest;

import dev.modelcompression.api.Durations;
import dev.modelcompression.api.pod.PodTemplate;
import dev.modelcompression.api.pod.Resources;
import dev.modelcompression.api.release.Baseline;
import dev.modelcompression.api.release.ModelRelease;
import dev.modelcompression.api.release.ServerTemplate;
import dev.modelcompression.contract.CanonicalJson;
import dev.modelcompression.contract.FetchRequest;
import dev.modelcompression.operator.Settings;
import dev.modelcompression.operator.job.Environment;
import dev.modelcompression.operator.job.PodShape;
import dev.modelcompression.operator.job.Scratch;
import dev.modelcompression.operator.job.Threads;
import dev.modelcompression.operator.job.Volumes;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Pods that serve one model: by the operator's own server or by the user's. */
final class ServerPods {
  /** Name of the container that serves. */
  static final String CONTAINER = "server";

  /** Name of the port of the REST form of the protocol. */
  static final String HTTP = "http";

  /** Name of the port of its gRPC form. */
  static final String GRPC = "grpc";

  /** Where our own server answers gRPC. */
  static final int GRPC_PORT = 8081;

  /** Where it answers REST. */
  static final int HTTP_PORT = 8080;

  /** Where pod templates of releases stand. */
  static final String TEMPLATE = "spec.server.podTemplate";

  /** Where the user's server finds the model. */
  static final String MODELS = "/mnt/model";

  /** Gateways go on sending for as long to a pod that is going away. */
  static final Duration DRAIN = Duration.ofSeconds(10);

  /** Time for the drain, for what is being answered then, and to end. */
  static final long GRACE_SECONDS = 45;

  /** Little, so that both sides and what measures them fit on a small node. */
  private static final Quantity CPU = new Quantity("250m");

  private static final String OBJECT = "s3://";
  private static final String MEMORY = "1Gi";
  private static final String SCRATCH = "2Gi";
  private static final String TMP = "/tmp";
  private static final int STARTUP_PERIOD = 2;

  private final ModelRelease release;
  private final Side side;
  private final Settings settings;
  private final ServerTemplate server;
  private final PodTemplate template;
  private final Resources resources;

  private ServerPods(ModelRelease release, Side side, Settings settings) {
    this.release = release;
    this.side = side;
    this.settings = settings.withAmounts(MEMORY, SCRATCH);
    this.server = release.getSpec().server();
    this.template = template(release);
    this.resources = Optional.ofNullable(template.resources()).orElse(Resources.NONE);
  }

  static PodTemplate template(ModelRelease release) {
    return Optional.ofNullable(release.getSpec().server().podTemplate()).orElse(PodTemplate.NONE);
  }

  /** The model's name in requests. */
  static String model(ModelRelease release) {
    return Optional.ofNullable(release.getSpec().server().modelName())
        .orElse(release.getMetadata().getName());
  }

  /** Whether both sides are served by our own server. */
  static boolean isOurs(ModelRelease release) {
    Baseline baseline = release.getSpec().baseline();
    return release.getSpec().server().image() == null
        && (baseline == null || baseline.deployment() == null);
  }

  /** Where a server of the release listens for REST. */
  static int port(ModelRelease release) {
    return isOurs(release) ? HTTP_PORT : release.getSpec().server().port();
  }

  static PodSpec of(ModelRelease release, Side side, Settings settings) {
    return new ServerPods(release, side, settings).pod();
  }

  private PodSpec pod() {
    PodSpecBuilder pod =
        // Ours whoever serves: a user's server gets its model from a container of the step image.
        PodShape.pod(template, TEMPLATE, true, settings)
            .withTerminationGracePeriodSeconds(GRACE_SECONDS);
    List<Volume> volumes = Volumes.volumes(Scratch.limit(resources, settings), claims(), template);
    pod.withContainers(server.image() == null ? own() : foreign(server.image()));
    if (isFetched()) {
      pod.withInitContainers(fetch());
      volumes.add(
          new VolumeBuilder()
              .withName(Volumes.OURS + "model")
              .withNewEmptyDir()
              .endEmptyDir()
              .build());
    }
    return pod.withVolumes(volumes).build();
  }

  /** Our server reads files; what brings other things to it is the same as for other servers. */
  private boolean isFetched() {
    return server.image() != null || side.uri().startsWith(OBJECT);
  }

  private String fetchedModel() {
    return "%s/%s/1/model.onnx".formatted(MODELS, model(release));
  }

  private Container own() {
    List<VolumeMount> mounts = Volumes.mounts(claims(), template);
    if (isFetched()) {
      mounts.add(model(true));
    }
    Map<String, String> ours = new LinkedHashMap<>();
    ours.put("MC_MODEL_NAME", model(release));
    ours.put("MC_MODEL_URI", isFetched() ? "file://" + fetchedModel() : side.uri());
    ours.put("MC_MODEL_DIGEST", side.digest());
    ours.put("MC_MODEL_VERSION", side.version());
    ours.put("MC_THREADS", Integer.toString(Threads.of(resources, settings.threads())));
    ours.put("MC_DRAIN", DRAIN.toSeconds() + "s");
    return serving(PodShape.container(CONTAINER, settings.serverImage()))
        .withImagePullPolicy(settings.serverPullPolicy())
        .withEnv(Environment.of(template, ours))
        .addNewPort()
        .withName(GRPC)
        .withContainerPort(GRPC_PORT)
        .withProtocol("TCP")
        .endPort()
        .withVolumeMounts(mounts)
        .build();
  }

  private Container foreign(String image) {
    return serving(PodShape.container(CONTAINER, image))
        .withArgs(server.args())
        .withEnv(Environment.of(template, Map.of()))
        .withNewLifecycle()
        .withNewPreStop()
        .withNewSleep(DRAIN.toSeconds())
        .endPreStop()
        .endLifecycle()
        .withVolumeMounts(foreignMounts())
        .build();
  }

  /** The model, to be read; and somewhere for what writes to /tmp whatever TMPDIR says. */
  private List<VolumeMount> foreignMounts() {
    List<VolumeMount> mounts = new ArrayList<>(Volumes.mounts(Map.of(), template));
    mounts.add(model(true));
    if (template.volumeMounts().stream().noneMatch(mount -> mount.mountPath().equals(TMP))) {
      mounts.add(
          new VolumeMountBuilder()
              .withName(Volumes.OURS + "scratch")
              .withMountPath(TMP)
              .withSubPath("tmp")
              .build());
    }
    return mounts;
  }

  private Container fetch() {
    String request = CanonicalJson.of(FetchRequest.of(side.uri(), side.digest(), fetchedModel()));
    List<VolumeMount> mounts = Volumes.mounts(claims(), template);
    mounts.add(model(false));
    return PodShape.container("fetch", settings.stepImage())
        .withImagePullPolicy(settings.imagePullPolicy())
        .withArgs("fetch")
        .withEnv(Environment.ofStep(template, FetchRequest.VARIABLE, request))
        .withResources(PodShape.light(settings))
        .withVolumeMounts(mounts)
        .build();
  }

  private ContainerBuilder serving(ContainerBuilder container) {
    int period = STARTUP_PERIOD;
    int tries =
        Math.toIntExact(
            Math.max(1, Durations.parse(release.getSpec().startDeadline()).toSeconds() / period));
    return container
        .addNewPort()
        .withName(HTTP)
        .withContainerPort(port(release))
        .withProtocol("TCP")
        .endPort()
        .withStartupProbe(probe("live", period, tries))
        .withReadinessProbe(probe("ready", 2, 3))
        .withLivenessProbe(probe("live", 10, 3))
        .withResources(PodShape.resources(resources, CPU, settings, 0));
  }

  private Map<String, Boolean> claims() {
    return Volumes.claims(List.of(side.uri()));
  }

  private static VolumeMount model(boolean readOnly) {
    return new VolumeMountBuilder()
        .withName(Volumes.OURS + "model")
        .withMountPath(MODELS)
        .withReadOnly(readOnly)
        .build();
  }

  private static Probe probe(String what, int period, int failures) {
    return new ProbeBuilder()
        .withNewHttpGet()
        .withPath("/v2/health/" + what)
        .withNewPort(HTTP)
        .withScheme("HTTP")
        .endHttpGet()
        .withPeriodSeconds(period)
        // A server that is busy is not ill.
        .withTimeoutSeconds(5)
        .withFailureThreshold(failures)
        .build();
  }
}
