/**
 * The operator's benchmark: the packaged operator on a real API server and etcd, with pods that
 * only pretend to work. Not part of any build; {@code operator/bench/run.sh} starts it.
 */
@NullMarked
package dev.modelcompression.operator.bench;

import org.jspecify.annotations.NullMarked;
