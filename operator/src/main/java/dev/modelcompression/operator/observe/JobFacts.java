package dev.modelcompression.operator.observe;

import io.fabric8.kubernetes.api.model.batch.v1.Job;

/**
 * All that a reconcile could act on in a Job: a change of anything else is no reason to look again.
 *
 * @param finished whether it has ended
 * @param suspended whether its queue holds it back
 * @param deleting whether it is on its way out
 */
public record JobFacts(boolean finished, boolean suspended, boolean deleting) {
  /** The facts of a Job. */
  public static JobFacts of(Job job) {
    return new JobFacts(
        JobObserver.finished(job),
        Boolean.TRUE.equals(job.getSpec().getSuspend()),
        job.getMetadata().getDeletionTimestamp() != null);
  }
}
