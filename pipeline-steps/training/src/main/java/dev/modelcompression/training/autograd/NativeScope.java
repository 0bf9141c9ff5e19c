package dev.modelcompression.training.autograd;

import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;

/**
 * Lifetimes of native objects. The JVM sees only their small handles and would collect them far too
 * late.
 */
public final class NativeScope {
  private NativeScope() {}

  /** Runs the body and frees every native object that it made. */
  public static <T> T call(Supplier<T> body) {
    var scope = new PointerScope();
    try {
      return body.get();
    } finally {
      scope.close();
    }
  }

  /** Runs the body and frees every native object that it made. */
  public static void run(Runnable body) {
    var scope = new PointerScope();
    try {
      body.run();
    } finally {
      scope.close();
    }
  }

  /** Runs the body without recording what a backward pass would need; frees nothing else. */
  public static void withoutGradients(Runnable body) {
    var guard = new NoGradGuard();
    try {
      body.run();
    } finally {
      guard.close();
    }
  }
}
