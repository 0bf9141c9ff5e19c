/**
 * The Kubernetes host of the engine. A reconcile observes Jobs and Pods, asks the engine what comes
 * next, acts by creating and deleting Jobs, and reports in one write of the status.
 *
 * <p>{@code observe}, {@code decide}, {@code job} and {@code report} are pure; the effects are in
 * this package. Nothing here follows a URI or parses a model.
 */
@NullMarked
package dev.modelcompression.operator;

import org.jspecify.annotations.NullMarked;
