package dev.modelcompression.api;

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
public final class ModelCompression extends CustomResource<ModelCompressionSpec, Void>
    implements Namespaced {
  private static final long serialVersionUID = 1L;

  @Override
  @Required
  public ModelCompressionSpec getSpec() {
    return super.getSpec();
  }
}
