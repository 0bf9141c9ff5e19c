package dev.modelcompression.operator.job;

import dev.modelcompression.api.Manifest;
import java.util.LinkedHashMap;
import java.util.Map;

/** Labels of what the operator makes. */
public final class Labels {
  /** Who made an object. */
  public static final String MANAGED_BY = "app.kubernetes.io/managed-by";

  /** What it belongs to. */
  public static final String PART_OF = "app.kubernetes.io/part-of";

  /** What it is within that. */
  public static final String COMPONENT = "app.kubernetes.io/component";

  /** A pod that serves a model. */
  public static final String SERVER = "server";

  /** This operator. */
  public static final String OPERATOR = "model-compression-operator";

  /** Selects what the operator made, and nothing else is watched. */
  public static final String SELECTOR = MANAGED_BY + "=" + OPERATOR;

  /** The compression. */
  public static final String NAME = Manifest.GROUP + "/name";

  /** The run, or the inputs that were asked for. */
  public static final String RUN = Manifest.GROUP + "/run";

  /** The step in the plan of its trial. */
  public static final String STEP = Manifest.GROUP + "/step";

  /** The trial, from 1; 0 for the inputs. */
  public static final String TRIAL = Manifest.GROUP + "/trial";

  /** The attempt, from 1. */
  public static final String ATTEMPT = Manifest.GROUP + "/attempt";

  /** The release. */
  public static final String RELEASE = Manifest.GROUP + "/release";

  /** One of the two servers of a release: its Deployment's and Service's name. */
  public static final String WORKLOAD = Manifest.GROUP + "/workload";

  /** What a Job of a release is for. */
  public static final String TASK = Manifest.GROUP + "/task";

  /** Kueue's queue. */
  public static final String QUEUE = "kueue.x-k8s.io/queue-name";

  private static final String PRODUCT = "model-compression";

  private Labels() {}

  /** Those of everything that the operator makes; more can be added. */
  public static Map<String, String> ours() {
    Map<String, String> labels = new LinkedHashMap<>();
    labels.put(MANAGED_BY, OPERATOR);
    labels.put(PART_OF, PRODUCT);
    return labels;
  }

  static Map<String, String> of(AttemptPod pod, String compression) {
    Map<String, String> labels = ours();
    labels.put(NAME, compression);
    labels.put(RUN, pod.run());
    labels.put(STEP, pod.step());
    labels.put(TRIAL, Integer.toString(pod.trial()));
    labels.put(ATTEMPT, Integer.toString(pod.attempt()));
    return labels;
  }
}
