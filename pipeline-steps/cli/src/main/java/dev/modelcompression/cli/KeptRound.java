package dev.modelcompression.cli;

import dev.modelcompression.cli.step.Failures;
import dev.modelcompression.cli.store.WorkspaceFolder;
import dev.modelcompression.contract.CanonicalJson;
import dev.modelcompression.contract.ProbeReport;
import dev.modelcompression.contract.ProbeRequest;
import dev.modelcompression.contract.ReleaseRound;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;

/** Keeps a measurement in the workspace. It decides nothing: where that fails, the log says so. */
final class KeptRound {
  /** A store that does not answer must not hold up who waits for the measurement. */
  private static final Duration LONGEST = Duration.ofSeconds(10);

  private final TerminalProgress progress;
  private final Clock clock;
  private Runnable publish = () -> {};

  KeptRound(TerminalProgress progress, Clock clock) {
    this.progress = progress;
    this.clock = clock;
  }

  /** Remembers what is to be kept, if the request asks for that. */
  void of(ProbeRequest asked, ProbeReport report) {
    var archive = asked.archive();
    if (archive != null) {
      var round = ReleaseRound.of(archive, report, clock.instant());
      publish = () -> publish(archive.folder(), round);
    }
  }

  /** Keeps it. Never fails, and returns soon. */
  void publish() {
    var thread = new Thread(publish, "keep-round");
    thread.setDaemon(true);
    thread.start();
    try {
      thread.join(LONGEST.toMillis());
      if (thread.isAlive()) {
        progress.end(
            "probe: the round was not kept within %d seconds".formatted(LONGEST.toSeconds()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void publish(String folder, ReleaseRound round) {
    String name = ReleaseRound.fileName(round.report().round());
    try {
      byte[] text = CanonicalJson.of(round).getBytes(StandardCharsets.UTF_8);
      if (text.length > ReleaseRound.MAX_BYTES) {
        progress.end("probe: %s is not kept, it has %d bytes".formatted(name, text.length));
        return;
      }
      WorkspaceFolder.of(folder).write(name, text);
      progress.end("probe: kept as %s/%s".formatted(folder, name));
    } catch (RuntimeException e) {
      progress.end("probe: %s is not kept: %s".formatted(name, Failures.message(e)));
    }
  }
}
