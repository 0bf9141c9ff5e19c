/**
 * The report of a release: what was measured, how it was judged, and what came of it.
 *
 * <p>Figures come from the requests of the operator and from the workspace; verdicts are computed
 * again by the code that decided, {@link dev.modelcompression.engine.release.Look}.
 */
@NullMarked
package dev.modelcompression.cli.report.release;

import org.jspecify.annotations.NullMarked;
