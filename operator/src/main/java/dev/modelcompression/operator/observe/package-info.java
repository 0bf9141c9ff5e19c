/**
 * What a Job and its Pods tell of a step attempt. Pure; everything that a pod says is bounded here.
 */
@NullMarked
package dev.modelcompression.operator.observe;

import org.jspecify.annotations.NullMarked;
