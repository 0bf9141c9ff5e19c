package dev.modelcompression.engine;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.modelcompression.api.StepType;
import dev.modelcompression.contract.Artifact;
import dev.modelcompression.contract.CanonicalJson;
import dev.modelcompression.contract.ExitCode;
import dev.modelcompression.contract.StepReport;
import dev.modelcompression.contract.StepRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Steps that take no time: a model's content is a digest of all that went into it. */
class FakeExecutor implements StepExecutor {
  final List<String> executed = new ArrayList<>();

  @Override
  public StepReport execute(StepRequest request, StepProgress progress) {
    executed.add(request.step().name());
    try {
      return work(request, progress);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static StepReport work(StepRequest request, StepProgress progress) throws IOException {
    for (Artifact input : request.inputs().values()) {
      Path file = Path.of(URI.create(input.uri()));
      Artifact found = ArtifactFiles.describe(input.name(), input.uri(), file);
      if (!found.equals(input)) {
        throw new AssertionError("a step was given " + found + " for " + input);
      }
    }
    Path folder = Path.of(URI.create(request.output()));
    progress.update(0, 2, "begins");
    Path model = folder.resolve("model.onnx");
    if (request.step().type().makesModel()) {
      String content = CanonicalJson.digest(JsonNodeFactory.instance.textNode(inputs(request)));
      Files.writeString(model, content.substring(0, 20));
      progress.update(1, 2, "half written");
      Files.writeString(model, content);
    }
    progress.update(2, 2, "ends");
    return StepReport.of(
        request,
        ExitCode.DONE,
        "done",
        request.step().type().makesModel()
            ? Map.of("model", ArtifactFiles.describe("model", "model.onnx", model))
            : Map.of(),
        request.step().type() == StepType.EVALUATE ? Fixtures.metrics(0.9, 100) : Map.of(),
        JsonNodeFactory.instance.objectNode(),
        new StepReport.Lineage("1.0", request.seed(), request.step(), Instant.EPOCH, 1));
  }

  private static String inputs(StepRequest request) {
    StringBuilder all = new StringBuilder(CanonicalJson.of(request.step().settings()));
    request.inputs().forEach((name, input) -> all.append(name).append(input.digest()));
    request.datasets().forEach((name, data) -> all.append(name).append(data.samples()));
    return all.append(request.seed()).toString();
  }
}
