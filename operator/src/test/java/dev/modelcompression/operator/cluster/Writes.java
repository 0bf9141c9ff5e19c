package dev.modelcompression.operator.cluster;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Sees every write of an operator, and can end it at one of them as {@code SIGKILL} would: from
 * then on not a byte leaves it.
 */
public final class Writes implements Interceptor {
  private final List<String> seen = new CopyOnWriteArrayList<>();
  private final int killAt;
  private final boolean before;
  private volatile boolean dead;

  private Writes(int killAt, boolean before) {
    this.killAt = killAt;
    this.before = before;
  }

  /** Only counts. */
  public static Writes counted() {
    return new Writes(Integer.MAX_VALUE, false);
  }

  /** Kills before the n-th write reaches the server, from 1. */
  public static Writes killedBefore(int write) {
    return new Writes(write, true);
  }

  /** Kills once the n-th write is done, before the operator learns of it. */
  public static Writes killedAfter(int write) {
    return new Writes(write, false);
  }

  /** The writes, as method and path; Events are not among them. */
  public List<String> seen() {
    return List.copyOf(seen);
  }

  /** Whether it was killed. */
  public boolean dead() {
    return dead;
  }

  @Override
  public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
    if (dead) {
      throw new IllegalStateException("killed");
    }
    if (isWrite(request)) {
      seen.add(request.method() + " " + request.uri().getPath());
      if (before && seen.size() >= killAt) {
        dead = true;
        throw new IllegalStateException("killed");
      }
    }
  }

  @Override
  public void after(
      HttpRequest request,
      HttpResponse<?> response,
      AsyncBody.Consumer<List<ByteBuffer>> consumer) {
    if (isWrite(request) && !before && seen.size() >= killAt) {
      dead = true;
      throw new IllegalStateException("killed");
    }
  }

  private static boolean isWrite(HttpRequest request) {
    return !request.method().equals("GET") && !request.uri().getPath().endsWith("/events");
  }
}
