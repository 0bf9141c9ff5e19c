@NullMarked
package dev.modelcompression.engine;

import org.jspecify.annotations.NullMarked;
