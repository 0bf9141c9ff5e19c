@NullMarked
package dev.modelcompression.operator.job;

import org.jspecify.annotations.NullMarked;
