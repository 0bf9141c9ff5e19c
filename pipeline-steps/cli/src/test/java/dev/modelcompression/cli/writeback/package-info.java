@NullMarked
package dev.modelcompression.cli.writeback;

import org.jspecify.annotations.NullMarked;
