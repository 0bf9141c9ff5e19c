/** Profiles: where a model spends time and memory in ONNX Runtime, and what to do about it. */
@NullMarked
package dev.modelcompression.runtime.profile;

import org.jspecify.annotations.NullMarked;
