/** Where models and data come from, and where what steps made goes to. */
@NullMarked
package dev.modelcompression.cli.store;

import org.jspecify.annotations.NullMarked;
