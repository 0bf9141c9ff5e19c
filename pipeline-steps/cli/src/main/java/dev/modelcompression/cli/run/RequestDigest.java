package dev.modelcompression.cli.run;

import dev.modelcompression.cli.step.ToolVersion;
import dev.modelcompression.contract.CanonicalJson;
import dev.modelcompression.contract.StepRequest;
import java.util.TreeMap;

/** Tells whether two step requests ask for the same. */
public final class RequestDigest {
  private RequestDigest() {}

  /**
   * Digest of what decides the result. Attempt, deadline, places and the step's name do not: the
   * same request may come again with others, and the folder of a result is named without them.
   */
  public static String of(StepRequest request) {
    var deciding = new TreeMap<String, Object>();
    deciding.put("type", request.step().type());
    deciding.put("settings", request.step().settings());
    deciding.put("seed", request.seed());
    deciding.put("threads", request.threads());
    deciding.put("tool", ToolVersion.get());
    request.inputs().forEach((name, input) -> deciding.put("input." + name, input.digest()));
    request
        .datasets()
        .forEach(
            (name, data) -> {
              deciding.put("dataset." + name, data.artifact().digest());
              if (data.samples() != null) {
                deciding.put("samples." + name, data.samples());
              }
            });
    return CanonicalJson.digest(deciding);
  }
}
