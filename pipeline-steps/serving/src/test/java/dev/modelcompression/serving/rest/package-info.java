@NullMarked
package dev.modelcompression.serving.rest;

import org.jspecify.annotations.NullMarked;
