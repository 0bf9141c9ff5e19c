/** A whole compression on one machine: from the YAML to the report. */
@NullMarked
package dev.modelcompression.cli.run;

import org.jspecify.annotations.NullMarked;
