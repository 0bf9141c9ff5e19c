package dev.modelcompression.cli.report;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;

/** What to try next, and why. */
public record Advice(
    @JsonPropertyDescription("The step or setting that is recommended.") String step,
    @JsonPropertyDescription("The finding that speaks for it.") String reason) {}
