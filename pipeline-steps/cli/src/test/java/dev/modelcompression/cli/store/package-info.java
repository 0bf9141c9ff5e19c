@NullMarked
package dev.modelcompression.cli.store;

import org.jspecify.annotations.NullMarked;
