package dev.modelcompression.runtime.session;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import dev.modelcompression.onnx.InvalidModelException;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.OnnxWriter;
import dev.modelcompression.onnx.UnsupportedModelException;
import java.nio.file.Path;

/** Opens models in ONNX Runtime's CPU provider. */
public final class OrtModels {
  /** One per process by ONNX Runtime's rules. Silent: errors reach the user as exceptions. */
  static final OrtEnvironment ENVIRONMENT =
      OrtEnvironment.getEnvironment(
          OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "model-compression-operator");

  private OrtModels() {}

  /**
   * Opens a model that is in memory.
   *
   * @throws InvalidModelException ONNX Runtime finds the model inconsistent
   * @throws UnsupportedModelException an operator, domain or version that ONNX Runtime lacks
   */
  public static OrtModel open(Model model, SessionSettings settings) {
    return open(OnnxWriter.toBytes(model), model.graph().name(), settings);
  }

  /**
   * Opens a serialized model that needs no external data.
   *
   * @param source name of the model for messages
   * @throws InvalidModelException ONNX Runtime finds the model inconsistent
   * @throws UnsupportedModelException an operator, domain or version that ONNX Runtime lacks
   */
  public static OrtModel open(byte[] bytes, String source, SessionSettings settings) {
    return open(source, settings, options -> ENVIRONMENT.createSession(bytes, options));
  }

  /**
   * Opens a model file; ONNX Runtime finds external data beside it.
   *
   * @throws InvalidModelException ONNX Runtime finds the model inconsistent
   * @throws UnsupportedModelException an operator, domain or version that ONNX Runtime lacks
   */
  public static OrtModel open(Path file, SessionSettings settings) {
    return open(
        file.toString(), settings, options -> ENVIRONMENT.createSession(file.toString(), options));
  }

  /** What a caller of this module makes of an opened session, which it owns then. */
  @FunctionalInterface
  public interface Wrapper<T> {
    T wrap(OrtSession session) throws OrtException;
  }

  /**
   * Opens a model file for another use than running data sets; as {@link #open(Path,
   * SessionSettings)}. What cannot be wrapped is closed.
   */
  public static <T> T session(Path file, SessionSettings settings, Wrapper<T> wrapper) {
    try (var options = options(settings)) {
      var session = ENVIRONMENT.createSession(file.toString(), options);
      try {
        return wrapper.wrap(session);
      } catch (OrtException | RuntimeException e) {
        session.close();
        throw e;
      }
    } catch (OrtException e) {
      throw OrtErrors.onLoad(file.toString(), e);
    }
  }

  /** The one environment of the process. */
  public static OrtEnvironment environment() {
    return ENVIRONMENT;
  }

  /** The exception for a run that failed. */
  public static RuntimeException failed(String source, OrtException error) {
    return OrtErrors.onRun(source, error);
  }

  /** Version of ONNX Runtime, for reports. */
  public static String version() {
    return ENVIRONMENT.getVersion();
  }

  @FunctionalInterface
  private interface Opener {
    OrtSession open(SessionOptions options) throws OrtException;
  }

  private static OrtModel open(String source, SessionSettings settings, Opener opener) {
    try (var options = options(settings)) {
      return new OrtModel(source, opener.open(options));
    } catch (OrtException e) {
      throw OrtErrors.onLoad(source, e);
    }
  }

  private static SessionOptions options(SessionSettings settings) throws OrtException {
    var options = new SessionOptions();
    options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
    options.setIntraOpNumThreads(settings.threads());
    options.setInterOpNumThreads(1);
    // A waiting thread that spins takes the core from whoever else runs on the machine.
    options.addConfigEntry("session.intra_op.allow_spinning", "0");
    options.setOptimizationLevel(level(settings.optimization()));
    if (settings.optimizedModel().isPresent()) {
      options.setOptimizedModelFilePath(settings.optimizedModel().get().toString());
    }
    if (settings.profile().isPresent()) {
      options.enableProfiling(settings.profile().get().toString());
    }
    return options;
  }

  private static OptLevel level(SessionSettings.Optimization optimization) {
    return switch (optimization) {
      case NONE -> OptLevel.NO_OPT;
      case BASIC -> OptLevel.BASIC_OPT;
      case EXTENDED -> OptLevel.EXTENDED_OPT;
      case ALL -> OptLevel.ALL_OPT;
    };
  }
}
