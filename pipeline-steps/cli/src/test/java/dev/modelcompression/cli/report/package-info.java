@NullMarked
package dev.modelcompression.cli.report;

import org.jspecify.annotations.NullMarked;
