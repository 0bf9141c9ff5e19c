@NullMarked
package dev.modelcompression.cli.report.release;

import org.jspecify.annotations.NullMarked;
