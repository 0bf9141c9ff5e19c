@NullMarked
package dev.modelcompression.cli;

import org.jspecify.annotations.NullMarked;
