package dev.modelcompression.cli;

import dev.modelcompression.engine.StopRequestedException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets Ctrl-C and SIGTERM end work in order: the process, which is about to end, asks the work to
 * stop and waits until it has put away its things, which is when this is closed.
 */
final class GracefulStop implements AutoCloseable {
  private final CountDownLatch done = new CountDownLatch(1);
  private final Runnable stop;
  private final int seconds;
  private final Thread hook = new Thread(this::end, "stop");
  private volatile Runnable late = () -> {};
  private volatile boolean requested;

  /**
   * Watches for the end of the process.
   *
   * @param stop asks the work to stop; called at most once
   * @param seconds how long the work is waited for
   * @throws StopRequestedException the process is ending already
   */
  GracefulStop(Runnable stop, int seconds) {
    this.stop = stop;
    this.seconds = seconds;
    try {
      Runtime.getRuntime().addShutdownHook(hook);
    } catch (IllegalStateException e) {
      throw new StopRequestedException();
    }
  }

  /** What to do when the work did not stop in time. */
  void ifLate(Runnable last) {
    late = last;
  }

  /**
   * For the work to call now and then.
   *
   * @throws StopRequestedException it shall stop
   */
  void check() {
    if (requested) {
      throw new StopRequestedException();
    }
  }

  @Override
  public void close() {
    done.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending: the hook is what stopped the work.
    }
  }

  private void end() {
    requested = true;
    stop.run();
    try {
      if (!done.await(seconds, TimeUnit.SECONDS)) {
        late.run();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
