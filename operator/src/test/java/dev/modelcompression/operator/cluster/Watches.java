package dev.modelcompression.operator.cluster;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Stands between the caches of an operator and the API server: lets them see lists as they were,
 * and events late, or not at all. What the operator reads and writes besides goes straight through.
 */
public final class Watches implements Interceptor {
  private final Map<String, String> lists = new ConcurrentHashMap<>();
  private final List<Events> streams = new ArrayList<>();
  private volatile BiPredicate<String, String> held = Watches::none;
  private volatile BiPredicate<String, String> dropped = Watches::none;

  /**
   * Holds back events, given the kind of the object in the plural and the event as a line of JSON.
   * Those that come after one that is held wait for it.
   */
  public Watches holding(BiPredicate<String, String> events) {
    held = events;
    return this;
  }

  /** Holds back all events of these kinds. */
  public Watches withhold(String... kinds) {
    return holding((kind, event) -> List.of(kinds).contains(kind));
  }

  /** Lets through what is not to be held any more. */
  public synchronized void pump() {
    streams.forEach(Events::pump);
  }

  /** Lets everything through, in order. */
  public void release() {
    held = Watches::none;
    pump();
  }

  /** Events that never arrive. */
  public Watches dropping(BiPredicate<String, String> events) {
    dropped = events;
    return this;
  }

  /** The next lists of a kind are answered with that text instead. */
  public Watches listing(String kind, String text) {
    lists.put(kind, text);
    return this;
  }

  /** Tells every watch of a kind that it is too far behind, as the API server does it. */
  public synchronized void expire(String kind) {
    List<Events> behind = streams.stream().filter(stream -> stream.kind.equals(kind)).toList();
    streams.removeAll(behind);
    behind.forEach(Events::expire);
  }

  @Override
  public AsyncBody.Consumer<List<ByteBuffer>> consumer(
      AsyncBody.Consumer<List<ByteBuffer>> consumer, HttpRequest request) {
    String path = request.uri().getPath();
    String query = String.valueOf(request.uri().getQuery());
    String kind = path.substring(path.lastIndexOf('/') + 1);
    if (query.contains("watch=true")) {
      Events events = new Events(kind, consumer);
      synchronized (this) {
        streams.add(events);
      }
      return events;
    }
    String text = request.method().equals("GET") ? lists.get(kind) : null;
    // Lists of caches come in pages; other reads are of one object, or of all that there are.
    return text == null || !query.contains("limit=") ? consumer : new Replaced(consumer, text);
  }

  @Override
  public void after(
      HttpRequest request,
      HttpResponse<?> response,
      AsyncBody.Consumer<List<ByteBuffer>> consumer) {
    if (consumer instanceof Events events && response.body() instanceof AsyncBody body) {
      events.body = body;
    }
  }

  /** Answers with a text of the test's instead of what the server said. */
  private static final class Replaced implements AsyncBody.Consumer<List<ByteBuffer>> {
    private final AsyncBody.Consumer<List<ByteBuffer>> consumer;
    private final String text;
    private boolean said;

    Replaced(AsyncBody.Consumer<List<ByteBuffer>> consumer, String text) {
      this.consumer = consumer;
      this.text = text;
    }

    @Override
    public void consume(List<ByteBuffer> value, AsyncBody body) throws Exception {
      if (said) {
        body.consume();
      } else {
        said = true;
        consumer.consume(List.of(bytes(text)), body);
      }
    }
  }

  /** The events of one watch, line by line. */
  private final class Events implements AsyncBody.Consumer<List<ByteBuffer>> {
    private final String kind;
    private final AsyncBody.Consumer<List<ByteBuffer>> consumer;
    private final ByteArrayOutputStream begun = new ByteArrayOutputStream();
    private final Deque<String> waiting = new ArrayDeque<>();
    private volatile @Nullable AsyncBody body;

    Events(String kind, AsyncBody.Consumer<List<ByteBuffer>> consumer) {
      this.kind = kind;
      this.consumer = consumer;
    }

    @Override
    public void consume(List<ByteBuffer> value, AsyncBody from) throws Exception {
      synchronized (Watches.this) {
        body = from;
        for (ByteBuffer buffer : value) {
          while (buffer.hasRemaining()) {
            byte next = buffer.get();
            begun.write(next);
            if (next == '\n') {
              String line = begun.toString(StandardCharsets.UTF_8);
              begun.reset();
              if (!dropped.test(kind, line)) {
                waiting.add(line);
              }
            }
          }
        }
        pump();
        from.consume();
      }
    }

    void pump() {
      while (!waiting.isEmpty() && !held.test(kind, waiting.getFirst())) {
        say(waiting.removeFirst());
      }
    }

    void expire() {
      say(
          """
          {"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},\
          "status":"Failure","message":"too old resource version: 1 (2)","reason":"Expired","code":410}}
          """);
    }

    private void say(String lines) {
      try {
        consumer.consume(List.of(bytes(lines)), Objects.requireNonNull(body));
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static boolean none(String kind, String event) {
    return false;
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }
}
