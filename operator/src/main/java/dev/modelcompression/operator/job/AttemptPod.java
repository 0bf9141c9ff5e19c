package dev.modelcompression.operator.job;

import dev.modelcompression.api.pod.Resources;
import java.time.Duration;
import java.util.Map;

/**
 * What one attempt of one step needs of a pod.
 *
 * @param run the run, as a label's value
 * @param trial the trial, from 1; 0 for the inputs
 * @param step name of the step in the plan
 * @param attempt the attempt, from 1
 * @param image image to run
 * @param command what the image's entry point is asked to do
 * @param variable environment variable that holds the request
 * @param request the request as JSON
 * @param claims claims to mount, by name: whether they are only read
 * @param timeout how long its pod may take, from when a node has taken it
 * @param resources what the container gets, before any step-up of memory
 * @param oomKills how often the step was killed for want of memory before
 */
public record AttemptPod(
    String run,
    int trial,
    String step,
    int attempt,
    String image,
    String command,
    String variable,
    String request,
    Map<String, Boolean> claims,
    Duration timeout,
    Resources resources,
    int oomKills) {}
