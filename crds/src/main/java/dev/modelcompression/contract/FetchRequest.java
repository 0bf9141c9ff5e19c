package dev.modelcompression.contract;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Asks a pod to put a model where a model server looks for it. The answer is a {@link
 * TerminationMessage}.
 *
 * @param version version of the contract, {@value StepRequest#VERSION}
 * @param model the model; its digest has to be there
 * @param target absolute path that its ONNX file gets, such as {@code
 *     /mnt/model/resnet/1/model.onnx}; external data lies beside it, under the names that the model
 *     knows. The folder is the model's alone.
 */
public record FetchRequest(
    @JsonProperty(required = true) String version,
    @JsonProperty(required = true) InputsRequest.File model,
    @JsonProperty(required = true) String target) {

  /** The environment variable in which a pod finds its request as JSON. */
  public static final String VARIABLE = "MC_FETCH_REQUEST";

  private static final String WHAT = "fetch request";

  private static final int MAX_TARGET = 1024;

  private static final Pattern TARGET = Pattern.compile("(/(?!\\.{1,2}(/|$))[^/\\p{Cntrl}]+){2,}");

  public FetchRequest {
    Versions.check(WHAT, version);
    if (model.digest() == null) {
      throw new IllegalArgumentException(WHAT + ": field 'digest' of the model is missing");
    }
    if (target.length() > MAX_TARGET || !TARGET.matcher(target).matches()) {
      throw new IllegalArgumentException(
          "%s: target is '%s', expected /<folder>/<file> without '.' and '..'"
              .formatted(WHAT, Text.line(target, 256)));
    }
  }

  /** A request of the current version. */
  public static FetchRequest of(String uri, String digest, String target) {
    return new FetchRequest(StepRequest.VERSION, new InputsRequest.File(uri, digest), target);
  }

  /** The message that answers this request: digest and size of the model that is there now. */
  public TerminationMessage answer(Artifact fetched, String message) {
    return new TerminationMessage(
        StepRequest.VERSION,
        ExitCode.DONE,
        message,
        null,
        Map.of(Artifact.MODEL, fetched.at(Artifact.MODEL, Artifact.MODEL)),
        Map.of());
  }
}
