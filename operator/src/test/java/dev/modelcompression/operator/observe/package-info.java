@NullMarked
package dev.modelcompression.operator.observe;

import org.jspecify.annotations.NullMarked;
