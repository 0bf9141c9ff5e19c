@NullMarked
package dev.modelcompression.training.autograd;

import org.jspecify.annotations.NullMarked;
