package dev.modelcompression.runtime.audit;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * One node of the file and what becomes of it in ONNX Runtime.
 *
 * @param name the node's name, or operator and output where it has none
 * @param opType operator in the file
 * @param executedAs operator that ONNX Runtime runs in its place, such as {@code QLinearConv}
 * @param integer whether that operator computes in integers
 * @param quantizedInput whether the file feeds it with quantized values, so that it was meant to
 *     run in integers
 * @param macs multiply–accumulate operations for one sample; absent when unknown
 * @param reason why a node that was meant to run in integers does not; absent otherwise
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AuditedNode(
    String name,
    String opType,
    String executedAs,
    boolean integer,
    boolean quantizedInput,
    @Nullable Long macs,
    @Nullable String reason) {}
