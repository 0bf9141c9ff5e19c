package dev.modelcompression.operator.bench;

import dev.modelcompression.operator.cluster.ApiServer;
import io.fabric8.kubernetes.api.model.Config;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequest;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The service account of the operator, with the rights that {@code deploy/kustomize} gives it. */
final class OperatorUser {
  private static final String NAMESPACE = "model-compression";
  private static final String ACCOUNT = "model-compression-operator";
  private static final long DAY = 86_400;

  /** What the API server calls it. */
  static final String NAME = "system:serviceaccount:" + NAMESPACE + ":" + ACCOUNT;

  private OperatorUser() {}

  /**
   * Makes the account.
   *
   * @param roles {@code role.yaml} of the cluster-wide installation
   * @return a kubeconfig of the account
   */
  static String create(KubernetesClient client, Path roles) {
    client
        .resource(
            new NamespaceBuilder().withNewMetadata().withName(NAMESPACE).endMetadata().build())
        .create();
    client
        .resource(
            new ServiceAccountBuilder()
                .withNewMetadata()
                .withName(ACCOUNT)
                .withNamespace(NAMESPACE)
                .endMetadata()
                .build())
        .create();
    try (InputStream yaml = Files.newInputStream(roles)) {
      for (HasMetadata role : client.load(yaml).items()) {
        if (role instanceof ClusterRoleBinding binding) {
          binding.getSubjects().forEach(subject -> subject.setNamespace(NAMESPACE));
        }
        client.resource(role).create();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    TokenRequest token =
        client
            .serviceAccounts()
            .inNamespace(NAMESPACE)
            .withName(ACCOUNT)
            .tokenRequest(
                new TokenRequestBuilder()
                    .withNewSpec()
                    .withExpirationSeconds(DAY)
                    .endSpec()
                    .build());
    Config config = Serialization.unmarshal(ApiServer.get().kubeconfig(), Config.class);
    config
        .getUsers()
        .forEach(
            user -> {
              user.getUser().setClientCertificate(null);
              user.getUser().setClientCertificateData(null);
              user.getUser().setClientKey(null);
              user.getUser().setClientKeyData(null);
              user.getUser().setToken(token.getStatus().getToken());
            });
    return Serialization.asYaml(config);
  }
}
