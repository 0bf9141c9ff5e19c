/**
 * What runs next. The planner is pure: it looks at a run and at the attempts that are known, and
 * says what to start. The operator and the local pipeline act on the same decisions.
 */
@NullMarked
package dev.modelcompression.engine;

import org.jspecify.annotations.NullMarked;
