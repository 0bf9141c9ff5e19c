package dev.modelcompression.operator.cluster;

import io.fabric8.kubeapitest.KubeAPIServer;
import io.fabric8.kubeapitest.KubeAPIServerConfigBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** One API server for all tests of a JVM, with our CRD. */
public final class ApiServer {
  private static final String CRD =
      "/META-INF/fabric8/modelcompressions.modelcompression.dev-v1.yml";

  /** Six seconds on an idle machine. */
  private static final int STARTUP_MILLIS = 180_000;

  private static final ApiServer INSTANCE = new ApiServer();

  private final KubeAPIServer server;

  private ApiServer() {
    try {
      Path folder = Files.createTempDirectory("kube-api-test");
      String version = System.getProperty("kube.version", "1.34.4");
      Path binaries = Files.createDirectories(folder.resolve("k8s/" + version + "-linux-amd64"));
      Path cluster = Path.of(System.getProperty("kube.binaries", ""));
      Files.createSymbolicLink(
          binaries.resolve("kube-apiserver"), cluster.resolve("kube-apiserver"));
      Files.createSymbolicLink(binaries.resolve("kubectl"), cluster.resolve("kubectl"));
      Files.createSymbolicLink(
          binaries.resolve("etcd"), Path.of(System.getProperty("etcd", "/usr/bin/etcd")));
      server =
          new KubeAPIServer(
              KubeAPIServerConfigBuilder.anAPIServerConfig()
                  .withOfflineMode(true)
                  .withTestDir(folder.toString())
                  .withApiServerVersion(version)
                  .withUpdateKubeConfig(false)
                  .withStartupTimeout(STARTUP_MILLIS)
                  .build());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.start();
    Runtime.getRuntime().addShutdownHook(new Thread(server::stop));
    try (KubernetesClient client = client();
        InputStream crd = ApiServer.class.getResourceAsStream(CRD)) {
      CustomResourceDefinition definition =
          client
              .apiextensions()
              .v1()
              .customResourceDefinitions()
              .load(Objects.requireNonNull(crd))
              .create();
      Await.until(
          "the CRD is established",
          () ->
              Optional.ofNullable(client.resource(definition).get().getStatus().getConditions())
                  .orElse(List.of())
                  .stream()
                  .anyMatch(
                      c -> c.getType().equals("Established") && c.getStatus().equals("True")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The server, started at the first call. */
  public static ApiServer get() {
    return INSTANCE;
  }

  /** A client that may do everything. */
  public KubernetesClient client(Interceptor... interceptors) {
    return new KubernetesClientBuilder()
        .withConfig(Config.fromKubeconfig(server.getKubeConfigYaml()))
        .withHttpClientBuilderConsumer(
            builder -> {
              for (Interceptor interceptor : interceptors) {
                builder.addOrReplaceInterceptor(interceptor.getClass().getName(), interceptor);
              }
            })
        .build();
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
