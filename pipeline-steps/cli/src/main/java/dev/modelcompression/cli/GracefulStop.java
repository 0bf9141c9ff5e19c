package dev.modelcompression.cli;

import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.engine.StopRequestedException;
import dev.modelcompression.runtime.Signals;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Lets Ctrl-C and SIGTERM end work in order: the work is asked to stop and puts away its things.
 * The process ends without it when that takes too long, or when it is asked again.
 */
final class GracefulStop implements AutoCloseable {
  private final CountDownLatch done = new CountDownLatch(1);
  private final Runnable stop;
  private final int seconds;
  private final Signals signals;
  private volatile Runnable late = () -> {};
  private volatile @Nullable ExitCode requested;

  /**
   * Watches for signals until it is closed.
   *
   * @param stop asks the work to stop; called at most once, in another thread
   * @param seconds how long the work is waited for
   */
  GracefulStop(Runnable stop, int seconds) {
    this.stop = stop;
    this.seconds = seconds;
    signals = new Signals(List.of("INT", "TERM"), this::heard);
  }

  /** What to do before the process ends without the work. */
  void ifLate(Runnable last) {
    late = last;
  }

  /**
   * For the work to call now and then.
   *
   * @throws StopRequestedException it shall stop
   */
  void check() {
    if (requested != null) {
      throw new StopRequestedException();
    }
  }

  /** How the process ends because of the signal. */
  ExitCode exit() {
    var exit = requested;
    return exit == null ? ExitCode.INTERRUPTED : exit;
  }

  @Override
  public void close() {
    done.countDown();
    signals.close();
  }

  private void heard(String signal) {
    boolean again = requested != null;
    var exit = signal.equals("TERM") ? ExitCode.TERMINATED : ExitCode.INTERRUPTED;
    requested = exit;
    if (!again) {
      stop.run();
      if (finishes()) {
        return;
      }
    }
    late.run();
    Runtime.getRuntime().halt(exit.code());
  }

  private boolean finishes() {
    try {
      return done.await(seconds, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
