package dev.modelcompression.serving.grpc;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/** Keeps the trace that a call says it belongs to. */
final class TraceParent implements ServerInterceptor {
  /** Without a value where the call says nothing. */
  static final Context.Key<String> CURRENT = Context.key("traceparent");

  private static final Metadata.Key<String> HEADER =
      Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER);

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    String parent = headers.get(HEADER);
    return parent == null
        ? next.startCall(call, headers)
        : Contexts.interceptCall(Context.current().withValue(CURRENT, parent), call, headers, next);
  }
}
