package dev.modelcompression.runtime.profile;

/**
 * One thing to do about a model.
 *
 * @param step step of a compression, in the words of its settings
 * @param reason the facts that speak for it
 * @param expected what to expect of it
 */
public record Advice(String step, String reason, String expected) {}
