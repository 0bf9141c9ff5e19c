package dev.modelcompression.operator;

import java.time.Duration;

/**
 * What the administrator of the operator decides.
 *
 * @param stepImage image that runs the steps; pinned by digest, it names the version of the tools
 *     in cache keys
 * @param imagePullPolicy when step images are pulled
 * @param threads threads of a step that has neither a limit nor a request of cpu, at least 1
 * @param memory memory limit of a step that has none, a Kubernetes quantity
 * @param maxMemory the most that a step's memory is raised to after it was killed for want of it
 * @param scratch size of the folder that a step may write to
 * @param pendingTimeout how long a pod may fail to start before its step fails
 * @param noPodGrace how long a Job may be without a pod before the operator asks why
 * @param jobTtl how long a finished Job stays, for its logs
 */
public record Settings(
    String stepImage,
    String imagePullPolicy,
    int threads,
    String memory,
    String maxMemory,
    String scratch,
    Duration pendingTimeout,
    Duration noPodGrace,
    Duration jobTtl) {}
