/**
 * What each kind of step does: reads its inputs, calls the passes, the runtime or the trainer, and
 * reports.
 */
@NullMarked
package dev.modelcompression.cli.step;

import org.jspecify.annotations.NullMarked;
