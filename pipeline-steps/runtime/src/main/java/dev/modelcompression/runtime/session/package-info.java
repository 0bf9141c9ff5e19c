/**
 * ONNX Runtime sessions: opening models, feeding them from data sets, reading what they compute.
 */
@NullMarked
package dev.modelcompression.runtime.session;

import org.jspecify.annotations.NullMarked;
