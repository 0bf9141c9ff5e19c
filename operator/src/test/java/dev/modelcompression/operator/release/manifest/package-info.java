@NullMarked
package dev.modelcompression.operator.release.manifest;

import org.jspecify.annotations.NullMarked;
