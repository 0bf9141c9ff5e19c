package dev.modelcompression.api.pod;

/** How Kubernetes writes names. */
final class KubernetesNames {
  /** Name of an object: a DNS subdomain. */
  static final String OBJECT = "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$";

  /** Name within a pod: a DNS label. */
  static final String LABEL = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";

  /** Value of a label. */
  static final String LABEL_VALUE = "^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$";

  private KubernetesNames() {}
}
