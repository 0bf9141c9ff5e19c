/** Where quantization loses accuracy, and giving back to float only what must be. */
@NullMarked
package dev.modelcompression.runtime.accuracy;

import org.jspecify.annotations.NullMarked;
