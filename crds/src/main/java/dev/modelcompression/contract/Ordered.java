package dev.modelcompression.contract;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** Maps whose order never depends on how they were filled. */
final class Ordered {
  private Ordered() {}

  static <V> Map<String, V> copy(Map<String, V> map) {
    return Collections.unmodifiableMap(new TreeMap<>(map));
  }
}
