package dev.modelcompression.operator.release.manifest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.modelcompression.api.release.ModelRelease;
import dev.modelcompression.operator.Settings;
import dev.modelcompression.operator.TestSettings;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Releases that tests build objects of. */
final class Releases {
  static final Settings SETTINGS =
      TestSettings.of("MC_SERVER_IMAGE=server@sha256:2", "MC_STEP_MAX_MEMORY=8Gi");

  static final String OLD = "sha256:" + "a1".repeat(32);
  static final String NEW = "sha256:" + "b2".repeat(32);
  static final Side BASELINE = Side.of("fashion", "pvc://models/old.onnx", OLD);
  static final Side CANDIDATE = Side.of("fashion", "s3://models/new.onnx", NEW);

  /** Our own server behind a gateway. */
  static final String GATEWAY =
      """
      baseline: {model: {uri: 'pvc://models/old.onnx', digest: '%s'}}
      candidate: {model: {uri: 's3://models/new.onnx', digest: '%s'}}
      traffic: {gateway: {name: web, namespace: infra}, hostnames: [fashion.example.com], mirrorPercent: 20}
      analysis:
        dataset: {uri: 'pvc://data/test.npz'}
        metrics:
        - {name: accuracy, maxDrop: 0.01}
        - {name: errorRate, max: 0.01}
      """
          .formatted(OLD, NEW);

  /** A server of the user's with all that a pod template can say, without a gateway. */
  static final String FOREIGN =
      """
      baseline: {model: {uri: 'pvc://models/old.onnx', digest: '%s'}}
      candidate: {model: {uri: 's3://models/new.onnx', digest: '%s'}}
      server:
        image: example.com/triton:1
        args: [--model-repository=/mnt/model]
        port: 8000
        modelName: Net_1
        replicas: 3
        podTemplate:
          labels: {team: vision}
          annotations: {example.com/cost-center: '17', prometheus.io/port: '8002'}
          resources: {requests: {cpu: 500m}, limits: {memory: 2Gi, nvidia.com/gpu: '1'}}
          nodeSelector: {kubernetes.io/arch: amd64}
          tolerations: [{key: dedicated, operator: Equal, value: ml, effect: NoSchedule}]
          affinity:
            nodeAffinity:
              requiredDuringSchedulingIgnoredDuringExecution:
                nodeSelectorTerms: [{matchExpressions: [{key: zone, operator: In, values: [a, b]}]}]
          priorityClassName: online
          serviceAccountName: servers
          imagePullSecrets: [{name: registry}]
          runtimeClassName: nvidia
          env:
          - {name: AWS_ENDPOINT_URL, value: 'http://store:9000'}
          - {name: AWS_ACCESS_KEY_ID, valueFrom: {secretKeyRef: {name: keys, key: id}}}
          - {name: HOME, value: /root}
          volumes: [{name: ca, configMap: {name: ca}}]
          volumeMounts: [{name: ca, mountPath: /etc/ca, readOnly: true}]
      traffic: {provider: ReplicaRatio}
      analysis:
        interval: 30s
        dataset: {uri: 's3://data/test.npz', digest: '%s'}
        prometheus: {url: 'http://prometheus:9090'}
        metrics:
        - {name: slow, max: 0.5, query: 'x{pod=~"{{workload}}-.*",model="{{model}}"}[{{interval}}]'}
        - {name: load, maxRatio: 2, query: 'y{namespace="{{namespace}}",release="{{release}}"}'}
      writeBack:
        repository: https://git.example.com/team/models.git
        path: fashion.yaml
        secret: {name: git}
      """
          .formatted(OLD, NEW, OLD);

  private Releases() {}

  static ModelRelease release(String spec) {
    try {
      ObjectNode release =
          (ObjectNode)
              new YAMLMapper()
                  .readTree(
                      """
                      apiVersion: modelcompression.dev/v1alpha1
                      kind: ModelRelease
                      metadata: {name: fashion, namespace: team, uid: uid-1}
                      """);
      release.set("spec", new YAMLMapper().readTree(spec));
      return Serialization.unmarshal(release.toString(), ModelRelease.class);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
