package dev.modelcompression.operator.report;

import dev.modelcompression.api.status.Reason;

/**
 * Something that has happened, to be told in an Event.
 *
 * @param reason what
 * @param warning whether somebody should look
 * @param message in a sentence
 * @param subject tells it from others of the same reason, so that it is told once
 */
public record Transition(Reason reason, boolean warning, String message, String subject) {}
