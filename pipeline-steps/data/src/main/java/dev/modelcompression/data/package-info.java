/** Datasets, model files and artifacts: everything that touches files on behalf of the steps. */
@NullMarked
package dev.modelcompression.data;

import org.jspecify.annotations.NullMarked;
