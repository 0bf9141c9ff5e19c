/** The command line: one step in a pod, or the whole pipeline on a laptop. */
@NullMarked
package dev.modelcompression.cli;

import org.jspecify.annotations.NullMarked;
