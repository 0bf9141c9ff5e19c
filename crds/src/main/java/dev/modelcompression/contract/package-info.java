/**
 * What goes into a step and what comes out of it, whoever runs the step: a request, a report, an
 * exit code and, in a pod, a termination message.
 */
@NullMarked
package dev.modelcompression.contract;

import org.jspecify.annotations.NullMarked;
