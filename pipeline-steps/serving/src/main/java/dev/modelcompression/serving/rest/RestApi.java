package dev.modelcompression.serving.rest;

import dev.modelcompression.runtime.serve.TensorData;
import dev.modelcompression.serving.Metrics.Protocol;
import dev.modelcompression.serving.Server;
import dev.modelcompression.serving.ServerInfo;
import dev.modelcompression.serving.Telemetry;
import dev.modelcompression.serving.infer.Answer;
import dev.modelcompression.serving.infer.Engine;
import dev.modelcompression.serving.infer.MemoryBudget;
import dev.modelcompression.serving.infer.MemoryShare;
import dev.modelcompression.serving.infer.Receiver;
import dev.modelcompression.serving.infer.RequestException;
import dev.modelcompression.serving.infer.RequestException.Reason;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The paths below {@code /v2}. */
@Singleton
class RestApi {
  private static final Logger LOG = Logger.getLogger(RestApi.class);

  private static final CharSequence JSON_LENGTH =
      HttpHeaders.createOptimized("Inference-Header-Content-Length");
  private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
  private static final CharSequence OCTETS =
      HttpHeaders.createOptimized("application/octet-stream");
  private static final CharSequence TRACE_PARENT = HttpHeaders.createOptimized("traceparent");
  private static final long NO_ERROR = 0;
  private static final String STARTED = "started";
  private static final CharSequence SOON = HttpHeaders.createOptimized("1");

  private final Server server;
  private final Telemetry telemetry;
  private final MemoryBudget memory;
  private final Set<HttpConnection> connections = ConcurrentHashMap.newKeySet();

  @Inject
  RestApi(Server server, Telemetry telemetry, MemoryBudget memory) {
    this.server = server;
    this.telemetry = telemetry;
    this.memory = memory;
  }

  void routes(@Observes Router router) {
    router.get("/v2").handler(this::about);
    router.get("/v2/health/live").handler(context -> flag(context, "live", true));
    router.get("/v2/health/ready").handler(context -> flag(context, "ready", server.ready()));
    for (String model : List.of("/v2/models/:model", "/v2/models/:model/versions/:version")) {
      router.get(model).handler(this::metadata);
      router.get(model + "/ready").handler(this::modelReady);
      router.post(model + "/infer").handler(this::receive);
    }
    router
        .route("/v2/*")
        .handler(
            context ->
                reject(
                    context,
                    new RequestException(
                        Reason.NOT_FOUND,
                        "there is no %s %s"
                            .formatted(context.request().method(), context.normalizedPath()))));
  }

  private void about(RoutingContext context) {
    send(
        context,
        200,
        AnswerWriter.object(
            json -> {
              json.writeStringField("name", ServerInfo.NAME);
              json.writeStringField("version", ServerInfo.VERSION);
              json.writeArrayFieldStart("extensions");
              for (String extension : ServerInfo.EXTENSIONS) {
                json.writeString(extension);
              }
              json.writeEndArray();
            }));
  }

  private void metadata(RoutingContext context) {
    guarded(
        context,
        () -> {
          var engine = engine(context);
          send(
              context,
              200,
              AnswerWriter.object(
                  json -> {
                    json.writeStringField("name", server.settings().modelName());
                    json.writeArrayFieldStart("versions");
                    json.writeString(server.settings().modelVersion());
                    json.writeEndArray();
                    json.writeStringField("platform", ServerInfo.PLATFORM);
                    AnswerWriter.specs(json, "inputs", engine.model().inputs());
                    AnswerWriter.specs(json, "outputs", engine.model().outputs());
                  }));
        });
  }

  private void modelReady(RoutingContext context) {
    try {
      engine(context);
      modelReady(context, server.ready());
    } catch (RequestException e) {
      if (e.reason() == Reason.NOT_READY) {
        modelReady(context, false);
      } else {
        reject(context, e);
      }
    }
  }

  private void modelReady(RoutingContext context, boolean ready) {
    send(
        context,
        ready ? 200 : 503,
        AnswerWriter.object(
            json -> {
              json.writeStringField("name", server.settings().modelName());
              json.writeBooleanField("ready", ready);
            }));
  }

  private void receive(RoutingContext context) {
    var share = memory.share();
    context.addEndHandler(ended -> share.ended());
    RequestBody.read(
        context.request(),
        server.settings().requestMax(),
        share,
        bytes -> infer(context, bytes, share),
        e -> reject(context, e));
  }

  private void infer(RoutingContext context, byte[] body, MemoryShare share) {
    long started = System.nanoTime();
    context.put(STARTED, started);
    // What is done with the connection is done by its own thread.
    var connection = context.vertx().getOrCreateContext();
    guarded(
        context,
        () -> {
          var engine = engine(context);
          int jsonLength = jsonLength(context, body.length);
          var read = RequestReader.read(body, jsonLength, share);
          if (jsonLength == body.length) {
            share.giveBack(body.length); // else it has tensors in it
          }
          engine.submit(
              read.request(),
              share,
              new Receiver() {
                @Override
                public void answered(Answer answer) {
                  connection.runOnContext(nothing -> answer(context, started, read, answer));
                }

                @Override
                public void refused(RequestException reason) {
                  connection.runOnContext(nothing -> reject(context, reason));
                }
              },
              mayRun(context.request()));
        });
  }

  /**
   * A connection sends its next request after the last answer, so what cannot be seen waiting while
   * a request is run here is at most one request per connection: no more than the queue may hold.
   */
  private boolean mayRun(HttpServerRequest request) {
    var connection = request.connection();
    if (connections.add(connection)) {
      connection.closeHandler(closed -> connections.remove(connection));
    }
    return request.version() != HttpVersion.HTTP_2
        && connections.size() <= server.settings().queueMax();
  }

  private void answer(
      RoutingContext context, long started, RequestReader.Read read, Answer answer) {
    guarded(
        context,
        () -> {
          var outputs = answer.outputs().stream().filter(read.request()::wants).toList();
          var body =
              AnswerWriter.answer(
                  server.settings().modelName(),
                  server.settings().modelVersion(),
                  read.request().id(),
                  outputs,
                  binary(read, outputs));
          telemetry.answered(Protocol.REST, parent(context), started, answer);
          var response = context.response();
          if (body.binary()) {
            response.putHeader(JSON_LENGTH, Integer.toString(body.jsonLength()));
            send(context, 200, OCTETS, body.bytes());
          } else {
            send(context, 200, body.bytes());
          }
        });
  }

  private static Set<String> binary(RequestReader.Read read, List<TensorData> outputs) {
    if (read.request().outputs().isEmpty()) {
      return read.binaryOutput()
          ? outputs.stream().map(TensorData::name).collect(Collectors.toSet())
          : Set.of();
    }
    return read.request().outputs().stream()
        .filter(wanted -> wanted.binary())
        .map(wanted -> wanted.name())
        .collect(Collectors.toSet());
  }

  private static int jsonLength(RoutingContext context, int bodyLength) {
    String header = context.request().getHeader(JSON_LENGTH);
    if (header == null) {
      return bodyLength;
    }
    try {
      int length = Integer.parseInt(header.strip());
      if (length >= 0 && length <= bodyLength) {
        return length;
      }
    } catch (NumberFormatException e) {
      // Refused below.
    }
    throw RequestException.invalid(
        "header %s is '%s', expected a number of bytes up to the body's %d",
        JSON_LENGTH, header, bodyLength);
  }

  private Engine engine(RoutingContext context) {
    String version = context.pathParam("version");
    return server.engine(context.pathParam("model"), version == null ? "" : version);
  }

  private void guarded(RoutingContext context, Runnable action) {
    try {
      action.run();
    } catch (RequestException e) {
      reject(context, e);
    } catch (RuntimeException e) {
      LOG.error("a request failed", e);
      reject(context, new RequestException(Reason.FAILED, "something went wrong in the server"));
    }
  }

  private void reject(RoutingContext context, RequestException e) {
    if (context.request().method().equals(HttpMethod.POST)) {
      Long started = context.get(STARTED);
      telemetry.refused(
          Protocol.REST, parent(context), started == null ? System.nanoTime() : started, e);
    }
    if (context.response().ended() || context.response().closed()) {
      return;
    }
    if (e.reason() == Reason.OVERLOADED || e.reason() == Reason.NOT_READY) {
      context.response().putHeader(HttpHeaders.RETRY_AFTER, SOON);
    }
    send(context, e.reason().status(), AnswerWriter.error(String.valueOf(e.getMessage())));
  }

  private static @Nullable String parent(RoutingContext context) {
    return context.request().getHeader(TRACE_PARENT);
  }

  private void flag(RoutingContext context, String name, boolean value) {
    send(
        context,
        value ? 200 : 503,
        AnswerWriter.object(json -> json.writeBooleanField(name, value)));
  }

  private void send(RoutingContext context, int status, Buffer body) {
    send(context, status, JSON, body);
  }

  private void send(RoutingContext context, int status, CharSequence type, Buffer body) {
    var response = context.response();
    if (response.closed()) {
      return;
    }
    response.setStatusCode(status).putHeader(HttpHeaders.CONTENT_TYPE, type);
    // A client that keeps its connection would come here until the very end, or send the rest.
    if (context.request().version() != HttpVersion.HTTP_2) {
      if (server.draining() || status == Reason.TOO_LARGE.status()) {
        response.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
      }
      response.end(body);
    } else {
      response.end(body);
      if (server.draining()) {
        // HTTP/2 has no such header. What the client has sent before it reads this is answered too.
        context.request().connection().goAway(NO_ERROR, Integer.MAX_VALUE);
      }
    }
  }
}
