package dev.modelcompression.api.release;

import dev.modelcompression.api.Manifest;
import dev.modelcompression.api.release.status.ModelReleaseStatus;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** Lets a candidate take over the traffic of a baseline step by step, or takes it back. */
@Group(Manifest.GROUP)
@Version(Manifest.VERSION)
@ShortNames("mr")
@ValidationRule(
    value = "self.metadata.name.matches('^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$')",
    message =
        "metadata.name: expected at most 40 lower-case letters, digits and dashes that begin with a"
            + " letter, as it names Services")
@ValidationRule(
    value = "has(self.spec.baseline)",
    message = "baseline is missing",
    fieldPath = ".spec")
@ValidationRule(
    value = "has(self.spec.candidate)",
    message = "candidate is missing",
    fieldPath = ".spec")
@ValidationRule(
    value = "!has(self.spec.baseline) || has(self.spec.baseline.model.digest)",
    message = "is missing; a release is of known bytes",
    fieldPath = ".spec.baseline.model.digest")
@ValidationRule(
    value = "has(self.spec.analysis.dataset)",
    message = "is missing; only the template of a ModelCompression can do without",
    fieldPath = ".spec.analysis.dataset")
@AdditionalPrinterColumn(name = "Phase", jsonPath = ".status.phase")
@AdditionalPrinterColumn(
    name = "Weight",
    jsonPath = ".status.weight",
    type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(name = "Step", jsonPath = ".status.step")
@AdditionalPrinterColumn(name = "Verdict", jsonPath = ".status.verdict")
@AdditionalPrinterColumn(name = "Message", jsonPath = ".status.message", priority = 1)
@AdditionalPrinterColumn(
    name = "Age",
    jsonPath = ".metadata.creationTimestamp",
    type = AdditionalPrinterColumn.Type.DATE)
public final class ModelRelease extends CustomResource<ReleaseSpec, ModelReleaseStatus>
    implements Namespaced {
  private static final long serialVersionUID = 1L;

  @Override
  @Required
  public ReleaseSpec getSpec() {
    return super.getSpec();
  }
}
