@NullMarked
package dev.modelcompression.operator.report;

import org.jspecify.annotations.NullMarked;
