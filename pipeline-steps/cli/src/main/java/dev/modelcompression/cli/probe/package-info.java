/** One measurement of a release: the same samples for baseline and candidate, over the network. */
@NullMarked
package dev.modelcompression.cli.probe;

import org.jspecify.annotations.NullMarked;
