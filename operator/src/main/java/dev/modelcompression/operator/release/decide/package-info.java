/** The state machine of releases: what was seen in, what is to be written and done out; pure. */
@NullMarked
package dev.modelcompression.operator.release.decide;

import org.jspecify.annotations.NullMarked;
