/**
 * What a user may say about the pods that run steps: an allow-list. What is not here (security
 * context, host access, sidecars) cannot be asked for. The command line reads it and ignores it.
 */
@NullMarked
package dev.modelcompression.api.pod;

import org.jspecify.annotations.NullMarked;
