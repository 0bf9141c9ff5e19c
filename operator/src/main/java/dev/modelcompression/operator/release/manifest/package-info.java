/** The objects that a release is made of, built from its spec and state: no effects. */
@NullMarked
package dev.modelcompression.operator.release.manifest;

import org.jspecify.annotations.NullMarked;
