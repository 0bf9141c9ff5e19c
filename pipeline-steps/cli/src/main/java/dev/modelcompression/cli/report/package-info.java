/**
 * What a finished run tells: {@link dev.modelcompression.cli.report.Report} holds the facts, {@code
 * report.json}, {@code report.html} and the terminal summary are three views of it.
 */
@NullMarked
package dev.modelcompression.cli.report;

import org.jspecify.annotations.NullMarked;
