@NullMarked
package dev.modelcompression.cli.run;

import org.jspecify.annotations.NullMarked;
