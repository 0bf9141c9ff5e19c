package dev.modelcompression.operator.cluster;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.function.Function;

/** How pods end, which can change while a test runs. */
public final class Script implements Function<Job, Behaviour> {
  private volatile Function<Job, Behaviour> current;

  /** Begins with that. */
  public Script(Function<Job, Behaviour> first) {
    current = first;
  }

  /** From now on they end so. */
  public void become(Function<Job, Behaviour> next) {
    current = next;
  }

  @Override
  public Behaviour apply(Job job) {
    return current.apply(job);
  }
}
