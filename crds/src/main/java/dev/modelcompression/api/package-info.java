/**
 * What a user writes: the {@code ModelCompression} kind, its settings and their strict parsing.
 *
 * <p>The records are the only place where fields, limits and defaults are stated; the CRD and the
 * reference page are generated from them.
 */
@NullMarked
package dev.modelcompression.api;

import org.jspecify.annotations.NullMarked;
