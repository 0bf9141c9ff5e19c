package dev.modelcompression.engine;

import dev.modelcompression.api.Step;
import dev.modelcompression.contract.Artifact;
import dev.modelcompression.contract.DatasetInput;
import java.util.Map;

/**
 * A step that can be started now.
 *
 * @param trial the trial, from 1
 * @param index place of the step in the plan, from 1
 * @param count number of steps in the plan
 * @param step name and settings
 * @param attempt number of this attempt, from 1
 * @param key names the result
 * @param inputs models by name; all are published
 * @param datasets the data that the step needs
 */
public record StepStart(
    int trial,
    int index,
    int count,
    Step step,
    int attempt,
    StepKey key,
    Map<String, Artifact> inputs,
    Map<String, DatasetInput> datasets) {}
