@NullMarked
package dev.modelcompression.cli.probe;

import org.jspecify.annotations.NullMarked;
