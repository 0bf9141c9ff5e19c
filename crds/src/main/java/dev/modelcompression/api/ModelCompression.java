package dev.modelcompression.api;

import dev.modelcompression.api.status.ModelCompressionStatus;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** Compresses one ONNX model, proves that the result is good enough, and keeps it. */
@Group(Manifest.GROUP)
@Version(Manifest.VERSION)
@ShortNames("mc")
@ValidationRule(
    value = "self.metadata.name.matches('^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$')",
    message =
        "metadata.name: expected at most 63 lower-case letters, digits and dashes, as it labels Jobs")
@ValidationRule(
    value =
        "!has(self.spec.release) || self.metadata.name.matches('^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$')",
    message =
        "metadata.name: with a release, expected at most 40 lower-case letters, digits and dashes"
            + " that begin with a letter, as it names Services")
@AdditionalPrinterColumn(name = "Phase", jsonPath = ".status.phase")
@AdditionalPrinterColumn(name = "Step", jsonPath = ".status.step")
@AdditionalPrinterColumn(name = "Size", jsonPath = ".status.sizeRatio")
@AdditionalPrinterColumn(name = "Latency", jsonPath = ".status.latencyRatio")
@AdditionalPrinterColumn(name = "Drop", jsonPath = ".status.accuracyDrop")
@AdditionalPrinterColumn(
    name = "Reason",
    jsonPath = ".status.conditions[?(@.type==\"Succeeded\")].reason",
    priority = 1)
@AdditionalPrinterColumn(name = "Message", jsonPath = ".status.message", priority = 1)
@AdditionalPrinterColumn(
    name = "Age",
    jsonPath = ".metadata.creationTimestamp",
    type = AdditionalPrinterColumn.Type.DATE)
public final class ModelCompression
    extends CustomResource<ModelCompressionSpec, ModelCompressionStatus> implements Namespaced {
  private static final long serialVersionUID = 1L;

  @Override
  @Required
  public ModelCompressionSpec getSpec() {
    return super.getSpec();
  }
}
