package dev.modelcompression.operator.release.decide;

import dev.modelcompression.api.release.status.ModelReleaseStatus;
import dev.modelcompression.operator.report.Transition;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What comes of one look at a release.
 *
 * @param status what is to be written before anything is done
 * @param events what has happened that the statuses alone do not show
 * @param again when to look again, if nothing happens
 * @param another whether another run has begun: what was seen is not about its models, so nothing
 *     is to be done before they were looked at
 */
public record Decision(
    ModelReleaseStatus status,
    List<Transition> events,
    Optional<Duration> again,
    boolean another) {}
