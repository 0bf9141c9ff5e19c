@NullMarked
package dev.modelcompression.contract;

import org.jspecify.annotations.NullMarked;
