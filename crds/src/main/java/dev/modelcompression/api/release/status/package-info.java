/** What the operator has found and done about a release. */
@NullMarked
package dev.modelcompression.api.release.status;

import org.jspecify.annotations.NullMarked;
