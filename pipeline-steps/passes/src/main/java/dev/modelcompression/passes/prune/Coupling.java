package dev.modelcompression.passes.prune;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Which indices of which axes can only be removed together: a union-find over single indices.
 *
 * <p>An index of an axis is a <i>unit</i>. Axes are arrays of units, so that a concatenation is an
 * array concatenation and a slice is a sub-array: no offsets to keep. {@link #FIXED} stands for an
 * axis that nothing can be removed from.
 */
final class Coupling {
  /** An axis that cannot shrink; told apart from others by its length 0. */
  static final int[] FIXED = {};

  private int[] parent = new int[1024];
  private int size;
  private final Map<Integer, String> pinned = new HashMap<>();

  /** A new axis of {@code length} units that nothing else depends on yet. */
  int[] fresh(int length) {
    if (size + length > parent.length) {
      parent = Arrays.copyOf(parent, Math.max(2 * parent.length, size + length));
    }
    var units = new int[length];
    for (int i = 0; i < length; i++) {
      parent[size] = size;
      units[i] = size++;
    }
    return units;
  }

  /** Couples two axes index by index; where one is fixed, the other becomes pinned. */
  void join(int[] a, int[] b, String reasonIfFixed) {
    if (a.length == 0 || b.length == 0) {
      pin(a, reasonIfFixed);
      pin(b, reasonIfFixed);
      return;
    }
    if (a.length != b.length) {
      throw new IllegalArgumentException(a.length + " units cannot be coupled with " + b.length);
    }
    for (int i = 0; i < a.length; i++) {
      join(a[i], b[i]);
    }
  }

  /** Couples two units. */
  void join(int a, int b) {
    int keep = Math.min(find(a), find(b));
    int drop = Math.max(find(a), find(b));
    if (keep == drop) {
      return;
    }
    parent[drop] = keep;
    var reason = pinned.remove(drop);
    if (reason != null) {
      pinned.putIfAbsent(keep, reason);
    }
  }

  /** Forbids to remove any of these units; the first reason stays. */
  void pin(int[] units, String reason) {
    for (int unit : units) {
      pinned.putIfAbsent(find(unit), reason);
    }
  }

  /** The lowest unit of those coupled with this one. */
  int find(int unit) {
    int root = unit;
    while (parent[root] != root) {
      root = parent[root];
    }
    for (int at = unit; parent[at] != root; ) {
      int next = parent[at];
      parent[at] = root;
      at = next;
    }
    return root;
  }

  /** Why a unit cannot be removed; empty when it can. */
  Optional<String> pinReason(int unit) {
    return Optional.ofNullable(pinned.get(find(unit)));
  }
}
