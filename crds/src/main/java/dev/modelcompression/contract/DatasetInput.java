package dev.modelcompression.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * A data set as a step gets it.
 *
 * @param artifact the file
 * @param samples how many of its samples to draw, by the request's seed; all when null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DatasetInput(Artifact artifact, @Nullable Integer samples) {}
