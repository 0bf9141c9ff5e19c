/** How a step attempt becomes a Job: its name, labels and template. Pure. */
@NullMarked
package dev.modelcompression.operator.job;

import org.jspecify.annotations.NullMarked;
