package dev.modelcompression.serving.rest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.modelcompression.onnx.DataType;
import dev.modelcompression.serving.Parts;
import dev.modelcompression.serving.infer.MemoryBudget;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The paths over a real connection, in front of a real model. */
class RestApiTest {
  private static final int BUDGET = 100_000;
  private static final String INPUT =
      "{\"name\":\"x\",\"datatype\":\"%s\",\"shape\":[%d,2],\"data\":[%s]}";

  @TempDir Path folder;

  private final Vertx vertx = Vertx.vertx();
  private final MemoryBudget budget = new MemoryBudget(BUDGET);
  private final CompletableFuture<Boolean> toldToGo = new CompletableFuture<>();

  private record Answer(int status, MultiMap headers, Buffer body) {
    String text() {
      return body.toString();
    }
  }

  @AfterEach
  void stop() throws Exception {
    get(vertx.close());
  }

  @Test
  void readinessNamesTheModel() throws Exception {
    try (var parts = parts("Log", DataType.FLOAT)) {
      var client = client(parts, HttpVersion.HTTP_1_1);
      var loading = send(client, HttpMethod.GET, "/v2/models/m/ready", "");
      assertThat(loading.status()).isEqualTo(503);
      assertThat(loading.text()).isEqualTo("{\"name\":\"m\",\"ready\":false}");

      parts.load();

      var ready = send(client, HttpMethod.GET, "/v2/models/m/versions/1/ready", "");
      assertThat(ready.status()).isEqualTo(200);
      assertThat(ready.text()).isEqualTo("{\"name\":\"m\",\"ready\":true}");
    }
  }

  @Test
  void whatJsonCannotHoldIsAnErrorThatNamesTheOutputAndComesAsBinaryData() throws Exception {
    for (var type : Map.of("FP32", DataType.FLOAT, "FP64", DataType.DOUBLE).entrySet()) {
      try (var parts = parts("Log", type.getValue())) {
        parts.load();
        var client = client(parts, HttpVersion.HTTP_1_1);

        var nan = infer(client, request(type.getKey(), 1, "1,-1"));
        assertThat(nan.status()).isEqualTo(500);
        assertThat(nan.text())
            .isEqualTo(
                "{\"error\":\"output 'y' has the value NaN, which cannot be in JSON;"
                    + " ask for it with binary_data\"}");
        assertThat(infer(client, request(type.getKey(), 1, "1,0")).text())
            .contains("output 'y' has the value -Infinity");
        assertThat(parts.requests("rest", "failed")).isEqualTo(2);
        assertThat(parts.requests("rest", "ok")).isZero();

        var binary =
            infer(
                client,
                "{\"parameters\":{\"binary_data_output\":true},\"inputs\":[%s]}"
                    .formatted(INPUT.formatted(type.getKey(), 1, "1,-1")));
        assertThat(binary.status()).isEqualTo(200);
        int head = Integer.parseInt(binary.headers().get("Inference-Header-Content-Length"));
        var data = ByteBuffer.wrap(binary.body().getBytes()).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(
                type.getKey().equals("FP32") ? data.getFloat(head + 4) : data.getDouble(head + 8))
            .isNaN();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = HttpVersion.class,
      names = {"HTTP_1_1", "HTTP_2"})
  void whoeverIsToGoElsewhereIsToldSoInTheWayOfTheirVersion(HttpVersion version) throws Exception {
    boolean header = version == HttpVersion.HTTP_1_1;
    try (var parts = parts("Log", DataType.FLOAT)) {
      parts.load();
      var client = client(parts, version);
      var tooLarge = infer(client, " ".repeat(4201));
      assertThat(tooLarge.status()).isEqualTo(413);
      assertThat(tooLarge.headers().contains("connection")).isEqualTo(header);
      assertThat(infer(client, request("FP32", 1, "1,1")).headers().contains("connection"))
          .isFalse();
      assertThat(toldToGo).isNotDone();

      parts.drain();

      for (int i = 0; i < 3; i++) {
        var late = infer(client, request("FP32", 1, "1,1"));
        assertThat(late.status()).isEqualTo(200);
        assertThat(late.headers().contains("connection")).isEqualTo(header);
      }
      if (!header) {
        assertThat(toldToGo.get(60, TimeUnit.SECONDS)).isTrue();
      }
    }
  }

  @Test
  void aRequestIsChargedForItsTensorsAndGivesAllBack() throws Exception {
    // 16 kB in 4 kB of JSON.
    String zeros = request("INT64", 1000, "0,".repeat(1999) + "0");
    try (var parts = parts("Identity", DataType.INT64)) {
      parts.load();
      var client = client(parts, HttpVersion.HTTP_1_1);
      assertThat(infer(client, zeros).status()).isEqualTo(200);
      Parts.until(() -> budget.left() == BUDGET);

      var others = budget.share();
      others.take(BUDGET - 3 * zeros.length());
      var refused = infer(client, zeros);

      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.headers().get("retry-after")).isEqualTo("1");
      assertThat(refused.text()).contains("leave no memory for this one");
      assertThat(parts.requests("rest", "overloaded")).isEqualTo(1);
      others.ended();
      Parts.until(() -> budget.left() == BUDGET);
      assertThat(infer(client, zeros).status()).isEqualTo(200);
    }
  }

  private Parts parts(String operator, DataType type) {
    return Parts.of(folder, operator, type, Map.of("MC_REQUEST_MAX", "4200"));
  }

  private HttpClient client(Parts parts, HttpVersion version) throws Exception {
    var router = Router.router(vertx);
    new RestApi(parts.server(), parts.telemetry(), budget).routes(router);
    var http = get(vertx.createHttpServer().requestHandler(router).listen(0));
    return vertx
        .httpClientBuilder()
        .with(
            new HttpClientOptions()
                .setProtocolVersion(version)
                .setHttp2ClearTextUpgrade(false)
                .setDefaultPort(http.actualPort()))
        .withConnectHandler(connection -> connection.goAwayHandler(away -> toldToGo.complete(true)))
        .build();
  }

  private static String request(String type, int rows, String data) {
    return "{\"inputs\":[" + INPUT.formatted(type, rows, data) + "]}";
  }

  private static Answer infer(HttpClient client, String body) throws Exception {
    return send(client, HttpMethod.POST, "/v2/models/m/infer", body);
  }

  private static Answer send(HttpClient client, HttpMethod method, String path, String body)
      throws Exception {
    // What reads the body is in place before the request goes, for its bytes are kept for nobody.
    return get(
        client
            .request(method, path)
            .compose(
                request ->
                    request
                        .send(Buffer.buffer(body.getBytes(UTF_8)))
                        .compose(
                            response ->
                                response
                                    .body()
                                    .map(
                                        all ->
                                            new Answer(
                                                response.statusCode(), response.headers(), all)))));
  }

  private static <T> T get(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }
}
