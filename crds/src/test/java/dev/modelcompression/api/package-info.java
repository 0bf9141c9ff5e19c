@NullMarked
package dev.modelcompression.api;

import org.jspecify.annotations.NullMarked;
