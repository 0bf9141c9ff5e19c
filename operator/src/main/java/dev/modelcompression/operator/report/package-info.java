/** What the status, the conditions and the Events say. Pure. */
@NullMarked
package dev.modelcompression.operator.report;

import org.jspecify.annotations.NullMarked;
