/** The protocol over HTTP: JSON, and tensors in binary behind it. */
@NullMarked
package dev.modelcompression.serving.rest;

import org.jspecify.annotations.NullMarked;
