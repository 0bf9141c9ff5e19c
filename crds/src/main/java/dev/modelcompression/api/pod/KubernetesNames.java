package dev.modelcompression.api.pod;

import java.util.regex.Pattern;

/** How Kubernetes writes names. */
public final class KubernetesNames {
  /** Name of an object: a DNS subdomain. */
  static final String OBJECT = "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$";

  /** Name within a pod: a DNS label. */
  static final String LABEL = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";

  /** Value of a label. */
  static final String LABEL_VALUE = "^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$";

  private static final String KEY =
      "^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$";

  /**
   * Keys of Kubernetes and of this operator. Those without a prefix are set by the Job's
   * controller.
   */
  private static final String TAKEN =
      "^(([^/]*[.])?(kubernetes[.]io|k8s[.]io|modelcompression[.]dev)/|(job-name|controller-uid)$)";

  /** What the cluster autoscaler is told about a pod, such as not to evict it. */
  private static final String AUTOSCALER = "cluster-autoscaler.kubernetes.io/";

  private static final String RESOURCE =
      "^(cpu|memory|ephemeral-storage|hugepages-[0-9]+[KMG]i"
          + "|[a-z0-9]([-a-z0-9.]*[a-z0-9])?/[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)$";

  /** CEL: the variable {@code key} can be the key of a label. */
  static final String IS_KEY = "key.matches('" + KEY + "')";

  /** What keys look like. */
  public static final String KEY_EXPECTED =
      "expected keys of letters, digits, '-', '_' and '.', such as disk or example.com/disk";

  /** CEL: and it belongs to nobody else. */
  static final String IS_FREE_KEY = IS_KEY + " && !key.matches('" + TAKEN + "')";

  static final String FREE_KEY_EXPECTED =
      KEY_EXPECTED
          + "; job-name, controller-uid and those of kubernetes.io, k8s.io and modelcompression.dev"
          + " cannot be set";

  /** CEL: and it belongs to nobody else, or is there for users to set. */
  static final String IS_ANNOTATION_KEY =
      IS_KEY + " && (key.startsWith('" + AUTOSCALER + "') || !key.matches('" + TAKEN + "'))";

  static final String ANNOTATION_KEY_EXPECTED =
      FREE_KEY_EXPECTED + ", but for those of cluster-autoscaler.kubernetes.io";

  /** CEL: the variable {@code name} can be the name of a resource. */
  static final String IS_RESOURCE = "name.matches('" + RESOURCE + "')";

  /** What names of resources look like. */
  public static final String RESOURCE_EXPECTED =
      "expected cpu, memory, ephemeral-storage or an extended resource such as example.com/gpu";

  private static final Pattern KEY_FORM = Pattern.compile(KEY);
  private static final Pattern TAKEN_FORM = Pattern.compile(TAKEN);
  private static final Pattern RESOURCE_FORM = Pattern.compile(RESOURCE);

  private KubernetesNames() {}

  /** Whether a text can be the key of a label. */
  public static boolean isKey(String text) {
    return KEY_FORM.matcher(text).find();
  }

  /** Whether the key of a label is one that Kubernetes or this operator sets. */
  public static boolean isTaken(String key) {
    return TAKEN_FORM.matcher(key).find();
  }

  /** Whether the key of an annotation is one that Kubernetes or this operator sets. */
  public static boolean isTakenAnnotation(String key) {
    return isTaken(key) && !key.startsWith(AUTOSCALER);
  }

  /** Whether a text can be the name of a resource. */
  public static boolean isResource(String text) {
    return RESOURCE_FORM.matcher(text).find();
  }
}
