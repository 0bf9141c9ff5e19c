@NullMarked
package dev.modelcompression.cli.step;

import org.jspecify.annotations.NullMarked;
