package dev.modelcompression.serving;

import dev.modelcompression.data.ModelFiles;
import dev.modelcompression.onnx.DataType;
import dev.modelcompression.onnx.Graph;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.Node;
import dev.modelcompression.onnx.ValueInfo;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** A server's parts in this process, for tests of what is in front of them. */
public record Parts(Server server, Telemetry telemetry, MeterRegistry meters)
    implements AutoCloseable {
  /** A server whose model, named m, has one node between its input x and its output y, [-1, 2]. */
  public static Parts of(Path folder, String operator, DataType type, Map<String, String> more) {
    var graph = new Graph(operator);
    graph.addInput(ValueInfo.tensor("x", type, -1, 2));
    graph.add(Node.of(operator, "node", List.of("x"), List.of("y")));
    graph.addOutput(ValueInfo.tensor("y", type, -1, 2));
    var file = folder.resolve(operator + ".onnx");
    ModelFiles.save(new Model(graph, 8, 17), file);
    var variables = new HashMap<String, String>();
    variables.put("MC_MODEL_NAME", "m");
    variables.put("MC_MODEL_URI", file.toString());
    variables.put("MC_THREADS", "1");
    variables.put("MC_GRPC_PORT", "0");
    variables.put("MC_DRAIN", "10m");
    variables.putAll(more);
    var settings = Settings.of(variables);
    var server = new Server(settings);
    var meters = new SimpleMeterRegistry();
    return new Parts(
        server,
        new Telemetry(new Metrics(meters, settings, server), new Traces(settings, Map.of())),
        meters);
  }

  public void load() {
    server.load();
  }

  /** Drains for longer than any test. */
  public void drain() {
    var thread = new Thread(() -> server.drain("TERM"), "drain");
    thread.setDaemon(true);
    thread.start();
    until(server::draining);
  }

  public double requests(String protocol, String outcome) {
    return meters
        .get("modelcompression.server.requests")
        .tags("protocol", protocol, "outcome", outcome)
        .counter()
        .count();
  }

  /** Waits for what other threads do. */
  public static void until(BooleanSupplier condition) {
    long end = System.nanoTime() + 60_000_000_000L;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("it does not come to be");
      }
      Thread.onSpinWait();
    }
  }

  @Override
  public void close() {
    server.stop(new ShutdownEvent());
  }
}
