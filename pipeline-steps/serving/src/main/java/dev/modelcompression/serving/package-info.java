/** The model server: one model behind the Open Inference Protocol, version 2. */
@NullMarked
package dev.modelcompression.serving;

import org.jspecify.annotations.NullMarked;
