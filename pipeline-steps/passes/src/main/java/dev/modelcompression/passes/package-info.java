/** Graph passes: functions from a model to a model that know no file, clock, network or runtime. */
@NullMarked
package dev.modelcompression.passes;

import org.jspecify.annotations.NullMarked;
