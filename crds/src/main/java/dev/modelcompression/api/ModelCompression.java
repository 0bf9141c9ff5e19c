package dev.modelcompression.api;

import dev.modelcompression.api.status.ModelCompressionStatus;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.generator.annotation.Required;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** Compresses one ONNX model, proves that the result is good enough, and keeps it. */
@Group(Manifest.GROUP)
@Version(Manifest.VERSION)
@ShortNames("mc")
@AdditionalPrinterColumn(name = "Phase", jsonPath = ".status.phase")
@AdditionalPrinterColumn(name = "Step", jsonPath = ".status.step")
@AdditionalPrinterColumn(name = "Size", jsonPath = ".status.sizeRatio")
@AdditionalPrinterColumn(name = "Latency", jsonPath = ".status.latencyRatio")
@AdditionalPrinterColumn(name = "Drop", jsonPath = ".status.accuracyDrop")
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
