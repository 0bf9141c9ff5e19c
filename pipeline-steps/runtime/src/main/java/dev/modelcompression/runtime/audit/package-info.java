/** The fusion audit: which nodes of a quantized model really run in integer arithmetic. */
@NullMarked
package dev.modelcompression.runtime.audit;

import org.jspecify.annotations.NullMarked;
