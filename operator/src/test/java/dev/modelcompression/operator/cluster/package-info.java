/** A real API server and etcd, and what stands in for the rest of a cluster in tests. */
@NullMarked
package dev.modelcompression.operator.cluster;

import org.jspecify.annotations.NullMarked;
