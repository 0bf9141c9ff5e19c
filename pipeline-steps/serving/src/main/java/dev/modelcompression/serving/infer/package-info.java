/** Requests to a model: checked, queued, put into batches and run; no network. */
@NullMarked
package dev.modelcompression.serving.infer;

import org.jspecify.annotations.NullMarked;
