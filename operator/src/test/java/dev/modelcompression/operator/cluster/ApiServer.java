package dev.modelcompression.operator.cluster;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.modelcompression.api.Manifest;
import dev.modelcompression.operator.Unreadable;
import io.fabric8.kubeapitest.KubeAPIServer;
import io.fabric8.kubeapitest.KubeAPIServerConfigBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaPropsBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.NonDeletingOperation;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.fabric8.kubernetes.client.vertx.VertxHttpClientFactory;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** One API server for all tests of a JVM, with our CRDs and those of the Gateway API. */
public final class ApiServer {
  private static final String CRD =
      "/META-INF/fabric8/modelcompressions.modelcompression.dev-v1.yml";

  private static final String RELEASES_CRD =
      "/META-INF/fabric8/modelreleases.modelcompression.dev-v1.yml";

  /** In the folder of the binaries. */
  private static final String GATEWAY_CRDS = "gateway-api.yaml";

  /** Six seconds on an idle machine. */
  private static final int STARTUP_MILLIS = 180_000;

  /** The option that names its port. */
  static final String PORT = "--secure-port";

  private static final int UNPROCESSABLE = 422;

  private static final JSONSchemaProps ANYTHING =
      new JSONSchemaPropsBuilder()
          .withType("object")
          .withXKubernetesPreserveUnknownFields(true)
          .build();

  /** System property with another policy of the audit log. */
  public static final String AUDIT_POLICY_PROPERTY = "kube.audit.policy";

  /** One file, whatever happens. */
  private static final String AUDIT_MEBIBYTES = "8192";

  /** One for all: each learns the forms of all types anew, which takes seconds and megabytes. */
  private static final KubernetesSerialization SERIALIZATION = serialization();

  /** One for all: a client of Quarkus' own kind leaves its threads behind when it is closed. */
  private static final Vertx VERTX = Vertx.vertx();

  private static final ApiServer INSTANCE = new ApiServer();

  /** Of service accounts every call is told, of nobody else any. */
  private static final String AUDIT_POLICY =
      """
      apiVersion: audit.k8s.io/v1
      kind: Policy
      omitStages: [RequestReceived, ResponseStarted]
      rules:
      - {level: Metadata, userGroups: ["system:serviceaccounts"]}
      - {level: None}
      """;

  private final KubeAPIServer server;
  private final Path binary;
  private final Path audit;

  private ApiServer() {
    Path cluster = Path.of(System.getProperty("kube.binaries", ""));
    try {
      Path folder = Files.createTempDirectory("kube-api-test");
      String version = System.getProperty("kube.version", "1.34.4");
      Path binaries = Files.createDirectories(folder.resolve("k8s/" + version + "-linux-amd64"));
      binary =
          Files.createSymbolicLink(
              binaries.resolve("kube-apiserver"), cluster.resolve("kube-apiserver"));
      Files.createSymbolicLink(binaries.resolve("kubectl"), cluster.resolve("kubectl"));
      Files.createSymbolicLink(
          binaries.resolve("etcd"), Path.of(System.getProperty("etcd", "/usr/bin/etcd")));
      audit = folder.resolve("audit.log");
      Path policy =
          Files.writeString(
              folder.resolve("audit.yaml"),
              System.getProperty(AUDIT_POLICY_PROPERTY, AUDIT_POLICY));
      server =
          new KubeAPIServer(
              KubeAPIServerConfigBuilder.anAPIServerConfig()
                  .withOfflineMode(true)
                  .withTestDir(folder.toString())
                  .withApiServerVersion(version)
                  .withUpdateKubeConfig(false)
                  .withApiServerFlag("--audit-policy-file", policy.toString())
                  .withApiServerFlag("--audit-log-path", audit.toString())
                  .withApiServerFlag("--audit-log-maxsize", AUDIT_MEBIBYTES)
                  .withApiServerFlag(
                      "--enable-admission-plugins", "OwnerReferencesPermissionEnforcement")
                  .withStartupTimeout(STARTUP_MILLIS)
                  .build());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.start();
    Runtime.getRuntime().addShutdownHook(new Thread(server::stop));
    replaceCrd(true);
    install(cluster.resolve(GATEWAY_CRDS));
  }

  /** What no test changes. */
  private void install(Path gateways) {
    try (KubernetesClient client = client();
        InputStream releases = ApiServer.class.getResourceAsStream(RELEASES_CRD);
        InputStream routes = Files.newInputStream(gateways)) {
      List<HasMetadata> crds = new ArrayList<>(client.load(routes).items());
      crds.addAll(client.load(Objects.requireNonNull(releases)).items());
      crds.forEach(crd -> client.resource(crd).createOr(NonDeletingOperation::update));
      Await.until(
          "all CRDs are served", () -> crds.stream().allMatch(crd -> isEstablished(client, crd)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isEstablished(KubernetesClient client, HasMetadata crd) {
    CustomResourceDefinition live =
        client
            .apiextensions()
            .v1()
            .customResourceDefinitions()
            .withName(crd.getMetadata().getName())
            .require();
    return live.getStatus() != null
        && live.getStatus().getConditions().stream()
            .anyMatch(c -> c.getType().equals("Established") && c.getStatus().equals("True"));
  }

  /** Lets the API server store compressions of any form. */
  public void loosenCrd() {
    replaceCrd(false);
  }

  /** Lets it store only what keeps to our CRD, as it does at first. */
  public void restoreCrd() {
    replaceCrd(true);
  }

  private void replaceCrd(boolean strict) {
    try (KubernetesClient client = client();
        InputStream crd = ApiServer.class.getResourceAsStream(CRD)) {
      CustomResourceDefinition definition =
          client
              .apiextensions()
              .v1()
              .customResourceDefinitions()
              .load(Objects.requireNonNull(crd))
              .item();
      if (!strict) {
        definition
            .getSpec()
            .getVersions()
            .forEach(version -> version.getSchema().setOpenAPIV3Schema(ANYTHING));
      }
      int expected = strict ? UNPROCESSABLE : HttpURLConnection.HTTP_CREATED;
      client.resource(definition).createOr(NonDeletingOperation::update);
      Await.until("the CRD is as it should be", () -> answer(client) == expected);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The status code that a compression without a model gets; nothing is stored. */
  private static int answer(KubernetesClient client) {
    try {
      client
          .genericKubernetesResources(Manifest.API_VERSION, Manifest.KIND)
          .inNamespace("default")
          .resource(
              new GenericKubernetesResourceBuilder()
                  .withApiVersion(Manifest.API_VERSION)
                  .withKind(Manifest.KIND)
                  .withNewMetadata()
                  .withName("try")
                  .endMetadata()
                  .addToAdditionalProperties("spec", Map.of())
                  .build())
          .dryRun()
          .create();
      return HttpURLConnection.HTTP_CREATED;
    } catch (KubernetesClientException e) {
      return e.getCode();
    }
  }

  /** The server, started at the first call. */
  public static ApiServer get() {
    return INSTANCE;
  }

  /** The command line of its process. */
  List<String> command() {
    ProcessHandle.Info process =
        ProcessHandle.current()
            .children()
            .map(ProcessHandle::info)
            .filter(info -> info.arguments().map(List::of).orElse(List.of()).contains(PORT))
            .findFirst()
            .orElseThrow();
    List<String> command = new ArrayList<>();
    command.add(binary.toString());
    command.addAll(List.of(process.arguments().orElseThrow()));
    return command;
  }

  private static KubernetesSerialization serialization() {
    ObjectMapper mapper = new ObjectMapper();
    new Unreadable().customize(mapper);
    return new KubernetesSerialization(mapper, true);
  }

  /** A client that may do everything. */
  public KubernetesClient client(Interceptor... interceptors) {
    Config config = Config.fromKubeconfig(server.getKubeConfigYaml());
    // What comes over a web socket passes no interceptor.
    config.setOnlyHttpWatches(Stream.of(interceptors).anyMatch(Watches.class::isInstance));
    return new KubernetesClientBuilder()
        .withConfig(config)
        .withKubernetesSerialization(SERIALIZATION)
        .withHttpClientFactory(new VertxHttpClientFactory(VERTX))
        .withHttpClientBuilderConsumer(
            builder -> {
              for (int i = 0; i < interceptors.length; i++) {
                builder.addOrReplaceInterceptor("test-" + i, interceptors[i]);
              }
            })
        .build();
  }

  /** How another process reaches the server, with all rights. */
  public String kubeconfig() {
    return server.getKubeConfigYaml();
  }

  /** The calls of service accounts, an {@code audit.k8s.io/v1} Event in JSON a line. */
  public List<String> audit() {
    try {
      return Files.exists(audit) ? Files.readAllLines(audit) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where these calls are written to. */
  public Path auditLog() {
    return audit;
  }

  /** A namespace of its own for a test. */
  public static String namespace(KubernetesClient client) {
    return client
        .namespaces()
        .resource(
            new NamespaceBuilder()
                .withNewMetadata()
                .withGenerateName("test-")
                .withLabels(Map.of("test", "true"))
                .endMetadata()
                .build())
        .create()
        .getMetadata()
        .getName();
  }
}
