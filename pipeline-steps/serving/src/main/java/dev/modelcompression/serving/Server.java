package dev.modelcompression.serving;

import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.data.InvalidDataException;
import dev.modelcompression.onnx.InvalidModelException;
import dev.modelcompression.onnx.UnsupportedModelException;
import dev.modelcompression.runtime.Signals;
import dev.modelcompression.runtime.serve.ServedModel;
import dev.modelcompression.runtime.session.SessionSettings;
import dev.modelcompression.serving.infer.Engine;
import dev.modelcompression.serving.infer.RequestException;
import dev.modelcompression.serving.infer.RequestException.Reason;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The server's life: it loads the model while it is live and not ready, is ready, and after the
 * order to stop answers for a while without being ready.
 */
@Singleton
public class Server {
  private static final Logger LOG = Logger.getLogger(Server.class);

  /** ONNX Runtime parses the command line recursively when it starts. */
  private static final long LOADER_STACK = 16L << 20;

  private final Settings settings;
  private final AtomicBoolean draining = new AtomicBoolean();
  private volatile @Nullable Engine engine;

  @Inject
  Server(Settings settings) {
    this.settings = settings;
  }

  void start(@Observes StartupEvent event) {
    // What runs in ONNX Runtime must end before Java does: its own shutdown hook does not wait.
    new Signals(List.of("TERM", "INT"), signal -> drain(signal));
    new Thread(null, this::load, "load", LOADER_STACK).start();
  }

  /** After all who answer. */
  void stop(@Observes @Priority(1000) ShutdownEvent event) {
    var running = engine;
    if (running != null) {
      running.close();
    }
  }

  public Settings settings() {
    return settings;
  }

  /** Whether requests are welcome. */
  public boolean ready() {
    return engine != null && !draining.get();
  }

  /** Whether the order to stop has come. */
  public boolean draining() {
    return draining.get();
  }

  /** What answers, once the model is loaded. */
  public Optional<Engine> engine() {
    return Optional.ofNullable(engine);
  }

  /**
   * What answers requests to a model.
   *
   * @param version empty for the one that is served
   * @throws RequestException there is no such model, or it is not loaded yet
   */
  public Engine engine(String model, String version) {
    if (!model.equals(settings.modelName())) {
      throw new RequestException(
          Reason.NOT_FOUND, "no model '%s'; '%s' is served".formatted(model, settings.modelName()));
    }
    if (!version.isEmpty() && !version.equals(settings.modelVersion())) {
      throw new RequestException(
          Reason.NOT_FOUND,
          "model '%s' has no version '%s'; '%s' is served"
              .formatted(model, version, settings.modelVersion()));
    }
    return engine()
        .orElseThrow(
            () ->
                new RequestException(
                    Reason.NOT_READY, "model '%s' is being loaded".formatted(model)));
  }

  /** Reads the model, and is ready then; in a thread of its own, for it takes its time. */
  void load() {
    try {
      var file = ModelLocation.file(settings.modelUri());
      var digest = ModelLocation.digest(file);
      var expected = settings.modelDigest().orElse(digest);
      if (!digest.equals(expected)) {
        throw new InvalidDataException(
            "model '%s': content has digest %s, expected %s (MC_MODEL_DIGEST); it is not served"
                .formatted(settings.modelUri(), digest, expected));
      }
      var model = ServedModel.open(file, SessionSettings.threads(settings.threadsPerRun()));
      engine =
          new Engine(
              model,
              settings.runs(),
              settings.queueMax(),
              settings.batchMax(),
              settings.batchDelay());
      LOG.infof(
          "model '%s', version %s, is ready: %s, %s",
          settings.modelName(), settings.modelVersion(), settings.modelUri(), digest);
    } catch (InvalidDataException | InvalidModelException e) {
      fail(ExitCode.BAD_INPUT, e);
    } catch (UnsupportedModelException e) {
      fail(ExitCode.UNSUPPORTED, e);
    } catch (RuntimeException | Error e) {
      LOG.error("the model cannot be loaded", e);
      Quarkus.asyncExit(ExitCode.INTERNAL.code());
    }
  }

  private static void fail(ExitCode code, RuntimeException e) {
    LOG.error(e.getMessage());
    Quarkus.asyncExit(code.code());
  }

  /** Answers for a while without being ready, then ends. */
  void drain(String signal) {
    if (draining.getAndSet(true)) {
      return;
    }
    LOG.infof("SIG%s: requests are answered for %d ms more", signal, settings.drain().toMillis());
    try {
      Thread.sleep(settings.drain().toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Quarkus.asyncExit(0);
  }
}
