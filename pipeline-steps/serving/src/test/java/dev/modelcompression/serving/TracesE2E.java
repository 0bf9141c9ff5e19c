package dev.modelcompression.serving;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged server beside a collector of traces. */
class TracesE2E {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

  @TempDir Path folder;

  @Test
  void aRequestIsASpanOfTheTraceThatItNames() throws Exception {
    var received = new LinkedBlockingQueue<String>();
    var collector = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
    collector.createContext(
        "/v1/traces",
        exchange -> {
          received.add(
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1));
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    collector.start();
    String endpoint = "http://localhost:" + collector.getAddress().getPort();
    var settings =
        Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint, "OTEL_BSP_SCHEDULE_DELAY", "100");
    try (var server = RunningServer.ready(folder, settings)) {
      server.infer(
          Images.json(0, 1), Map.of("traceparent", "00-" + TRACE + "-b7ad6b7169203331-01"));

      assertThat(received.poll(2, TimeUnit.MINUTES))
          .contains(new String(HexFormat.of().parseHex(TRACE), StandardCharsets.ISO_8859_1))
          .contains("infer fashion")
          .contains("model-compression-server")
          .contains("modelcompression.batch.rows");
    } finally {
      collector.stop(0);
    }
  }
}
