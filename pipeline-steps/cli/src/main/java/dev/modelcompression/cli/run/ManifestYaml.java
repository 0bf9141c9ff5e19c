package dev.modelcompression.cli.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.modelcompression.api.Manifest;
import dev.modelcompression.contract.ContractJson;

/** The ModelCompression that was run, with every default filled in, as YAML. */
final class ManifestYaml {
  private static final YAMLMapper MAPPER =
      YAMLMapper.builder()
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .build();

  private ManifestYaml() {}

  static String write(Manifest manifest) {
    try {
      return MAPPER.writeValueAsString(ContractJson.tree(manifest));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a manifest that was read can be written", e);
    }
  }
}
