/**
 * Keeps the outcome of a release in Git: one edit of a YAML file, one commit, and where people want
 * to see it first, one pull request.
 */
@NullMarked
package dev.modelcompression.cli.writeback;

import org.jspecify.annotations.NullMarked;
