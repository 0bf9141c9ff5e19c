package dev.modelcompression.runtime;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.function.Consumer;

/**
 * Hears signals before the Java machine ends itself because of them.
 *
 * <p>Shutdown hooks come too late: ONNX Runtime has one too, which takes away the ground from under
 * a running inference. {@code sun.misc.Signal} is the one way there is; javac warns of its name, so
 * it is called by reflection.
 */
public final class Signals implements AutoCloseable {
  private final List<Runnable> restore;

  /**
   * Hears signals from now on.
   *
   * @param names without SIG, such as {@code INT}
   * @param listener called with the name, in a thread of its own
   */
  public Signals(List<String> names, Consumer<String> listener) {
    restore = names.stream().map(name -> handle(name, listener)).toList();
  }

  @Override
  public void close() {
    restore.forEach(Runnable::run);
  }

  /** Sets a handler, and gives what sets the one before again. */
  private static Runnable handle(String name, Consumer<String> listener) {
    try {
      var signalType = Class.forName("sun.misc.Signal");
      var handlerType = Class.forName("sun.misc.SignalHandler");
      var set = signalType.getMethod("handle", signalType, handlerType);
      var signal = signalType.getConstructor(String.class).newInstance(name);
      var handler =
          Proxy.newProxyInstance(
              handlerType.getClassLoader(),
              new Class<?>[] {handlerType},
              (proxy, method, arguments) -> {
                listener.accept(name);
                return null;
              });
      var before = set.invoke(null, signal, handler);
      return () -> {
        try {
          set.invoke(null, signal, before);
        } catch (ReflectiveOperationException e) {
          throw new IllegalStateException("a signal's handler that was set can be set again", e);
        }
      };
    } catch (ReflectiveOperationException e) {
      // Another Java, or one that leaves signals alone (-Xrs): the process just ends.
      return () -> {};
    }
  }
}
