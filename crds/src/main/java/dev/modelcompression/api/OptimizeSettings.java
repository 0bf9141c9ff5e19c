package dev.modelcompression.api;

/** Settings of an optimize step: there is nothing to set. */
public record OptimizeSettings() implements StepSettings {}
