/**
 * Pruning: whole channels, on dependency groups of the ONNX graph, and single weights by magnitude.
 *
 * <p>Channel pruning goes {@link ChannelGroups} (what must be removed together) → {@link
 * ChannelImportance} (what matters least) → {@link PrunePlanner} (how much of it) → {@link
 * ChannelPrunePass} (the smaller graph). Only the last one changes a model.
 *
 * @see <a href="https://arxiv.org/abs/2301.12900">Fang et al. 2023, DepGraph</a>
 */
@NullMarked
package dev.modelcompression.passes.prune;

import org.jspecify.annotations.NullMarked;
