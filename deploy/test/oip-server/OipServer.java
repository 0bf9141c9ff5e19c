import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A model server of the Open Inference Protocol v2 over REST, as somebody else would bring it, which can be told to
 * serve some models badly. It takes and gives float tensors as JSON, and takes raw ones too.
 *
 * <pre>
 *   OipServer PORT FOLDER [DIGEST=FAULT:VALUE...]
 * </pre>
 *
 * FOLDER holds {@code <model name>/1/model.onnx}. DIGEST is the beginning of the SHA-256 of the model that gets the fault:
 *
 * <ul>
 *   <li>{@code delay:30} answers 30 ms later
 *   <li>{@code fail:0.05} answers every 20th request with 500
 *   <li>{@code wrong:0.2} gives the classes of every 5th request in another order
 *   <li>{@code unready:1} never says that it is ready
 * </ul>
 *
 * A server that is at work gets one by {@code /faults/fail/0.05}.
 */
final class OipServer {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** How long it goes on answering after it was told to end: until gateways know that it does. */
  private static final int DRAIN_MILLIS = 10_000;

  private final String name;
  private final OrtSession session;
  private final Map<String, Double> faults = new ConcurrentSkipListMap<>();
  private final AtomicLong asked = new AtomicLong();
  private volatile boolean ending;

  public static void main(String[] arguments) throws Exception {
    Path model;
    try (var files = Files.walk(Path.of(arguments[1]), 3)) {
      model = files.filter(file -> file.endsWith("1/model.onnx")).findFirst().orElseThrow();
    }
    OipServer server = new OipServer(model, Arrays.copyOfRange(arguments, 2, arguments.length));
    // A gateway may use a connection again after 90 s, and must not find it closed in that moment.
    System.setProperty("sun.net.httpserver.idleInterval", "120");
    System.setProperty("sun.net.httpserver.nodelay", "true");
    HttpServer http = HttpServer.create(new InetSocketAddress(Integer.parseInt(arguments[0])), 1024);
    http.setExecutor(Executors.newFixedThreadPool(16));
    http.createContext("/", server::handle);
    Runtime.getRuntime().addShutdownHook(new Thread(server::drain));
    http.start();
  }

  private OipServer(Path model, String[] all) throws Exception {
    name = model.getParent().getParent().getFileName().toString();
    byte[] bytes = Files.readAllBytes(model);
    String digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    for (String one : all) {
      String[] parts = one.split("[=:]");
      if (digest.startsWith(parts[0])) {
        fault(parts[1], parts[2]);
      }
    }
    var options = new OrtSession.SessionOptions();
    options.setIntraOpNumThreads(1);
    session = OrtEnvironment.getEnvironment().createSession(bytes, options);
  }

  private void fault(String kind, String value) {
    faults.put(kind, Double.valueOf(value));
    System.out.printf("serves %s with faults %s%n", name, faults);
  }

  private void drain() {
    ending = true;
    try {
      Thread.sleep(DRAIN_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      if (ending) {
        exchange.getResponseHeaders().set("Connection", "close");
      }
      String path = exchange.getRequestURI().getPath().replace("/versions/1", "");
      String own = "/v2/models/" + name;
      try {
        if (path.equals("/v2/health/live")) {
          answer(exchange, 200, JSON.createObjectNode().put("live", true));
        } else if (path.equals("/v2/health/ready") || path.equals(own + "/ready")) {
          boolean ready = !ending && !faults.containsKey("unready");
          answer(exchange, ready ? 200 : 503, JSON.createObjectNode().put("ready", ready));
        } else if (path.equals(own)) {
          answer(exchange, 200, metadata());
        } else if (path.equals(own + "/infer")) {
          infer(exchange, body);
        } else if (path.startsWith("/faults/")) {
          fault(path.split("/")[2], path.split("/")[3]);
          answer(exchange, 200, JSON.createObjectNode());
        } else {
          error(exchange, 404, "not found: " + path);
        }
      } catch (RuntimeException | OrtException | JsonProcessingException e) {
        error(exchange, 400, e.getMessage());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private ObjectNode metadata() throws OrtException {
    ObjectNode node = JSON.createObjectNode().put("name", name).put("platform", "onnxruntime_onnx");
    node.putArray("versions").add("1");
    ArrayNode inputs = node.putArray("inputs");
    session.getInputInfo().forEach((key, info) -> describe(inputs.addObject(), key, (TensorInfo) info.getInfo()));
    ArrayNode outputs = node.putArray("outputs");
    session.getOutputInfo().forEach((key, info) -> describe(outputs.addObject(), key, (TensorInfo) info.getInfo()));
    return node;
  }

  private static void describe(ObjectNode node, String key, TensorInfo info) {
    node.put("name", key).put("datatype", "FP32");
    ArrayNode shape = node.putArray("shape");
    for (long size : info.getShape()) {
      shape.add(size);
    }
  }

  private void infer(HttpExchange exchange, byte[] body)
      throws IOException, OrtException, InterruptedException {
    long number = asked.incrementAndGet();
    if (hits("fail", number)) {
      error(exchange, 500, "told to fail");
      return;
    }
    String length = exchange.getRequestHeaders().getFirst("Inference-Header-Content-Length");
    int header = length == null ? body.length : Integer.parseInt(length);
    JsonNode request = JSON.readTree(body, 0, header);
    JsonNode input = request.path("inputs").path(0);
    long[] shape = JSON.convertValue(input.path("shape"), long[].class);
    FloatBuffer values = length == null ? floats(input.path("data"), shape) : raw(body, header);
    if (faults.containsKey("delay")) {
      Thread.sleep(faults.get("delay").longValue());
    }
    try (OnnxTensor tensor = OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), values, shape);
        OrtSession.Result result = session.run(Map.of(session.getInputNames().iterator().next(), tensor))) {
      ObjectNode node = JSON.createObjectNode().put("model_name", name).put("model_version", "1");
      if (request.has("id")) {
        node.set("id", request.get("id"));
      }
      OnnxTensor output = (OnnxTensor) result.get(0);
      ObjectNode out = node.putArray("outputs").addObject();
      describe(out, session.getOutputNames().iterator().next(), output.getInfo());
      float[] scores = new float[output.getFloatBuffer().remaining()];
      output.getFloatBuffer().get(scores);
      ArrayNode data = out.putArray("data");
      int classes = (int) output.getInfo().getShape()[output.getInfo().getShape().length - 1];
      int shift = hits("wrong", number) ? 1 : 0;
      for (int i = 0; i < scores.length; i++) {
        data.add(scores[i / classes * classes + (i % classes + shift) % classes]);
      }
      answer(exchange, 200, node);
    }
  }

  /** Whether the fault strikes: at every n-th request, as its share says. */
  private boolean hits(String fault, long number) {
    return faults.containsKey(fault) && number % Math.round(1 / faults.get(fault)) == 0;
  }

  /** Flat or nested, as the protocol allows both. */
  private static FloatBuffer floats(JsonNode data, long[] shape) {
    var numbers = FloatBuffer.allocate((int) Arrays.stream(shape).reduce(1, (a, b) -> a * b));
    collect(data, numbers);
    return numbers.flip();
  }

  private static void collect(JsonNode data, FloatBuffer numbers) {
    if (data.isArray()) {
      data.forEach(item -> collect(item, numbers));
    } else {
      numbers.put((float) data.asDouble());
    }
  }

  private static FloatBuffer raw(byte[] body, int from) {
    return ByteBuffer.wrap(body, from, body.length - from).slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
  }

  private static void error(HttpExchange exchange, int status, String message) throws IOException {
    answer(exchange, status, JSON.createObjectNode().put("error", message));
  }

  private static void answer(HttpExchange exchange, int status, JsonNode node) throws IOException {
    byte[] bytes = JSON.writeValueAsBytes(node);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(bytes);
    }
  }
}
