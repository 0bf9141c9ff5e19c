/**
 * Reads a {@code ModelCompression} from YAML, strictly: everything that is wrong is reported at
 * once, with its place, what was found and what would be right.
 */
@NullMarked
package dev.modelcompression.manifest;

import org.jspecify.annotations.NullMarked;
