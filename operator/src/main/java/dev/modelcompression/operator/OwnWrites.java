package dev.modelcompression.operator;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which statuses the operator has written that its cache has not seen yet. Deciding from an older
 * one would be harmless, as Jobs are only ever created once and a write to an old version is
 * refused, but it would cost calls for nothing.
 */
public final class OwnWrites {
  private final Map<String, Long> versions = new ConcurrentHashMap<>();

  /** Notes what was written. */
  public void wrote(HasMetadata written) {
    versions.put(written.getMetadata().getUid(), version(written));
  }

  /** Whether this is older than what was written. */
  public boolean isBehind(HasMetadata cached) {
    String uid = cached.getMetadata().getUid();
    Long written = versions.get(uid);
    if (written == null) {
      return false;
    }
    if (version(cached) < written) {
      return true;
    }
    versions.remove(uid, written);
    return false;
  }

  /** Versions of one API server's objects of one kind are ordered (Kubernetes 1.35 promises it). */
  private static long version(HasMetadata compression) {
    String version = compression.getMetadata().getResourceVersion();
    return version.matches("[0-9]{1,18}") ? Long.parseLong(version) : Long.MAX_VALUE;
  }
}
