package dev.modelcompression.api.status;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;

/** The bytes that a run starts from. */
public record InputsStatus(
    @JsonPropertyDescription(
            "key names the locations and digests that were asked for; when it changes, the inputs are"
                + " read again.")
        @Required
        @Size(max = 64)
        String key,
    @JsonPropertyDescription("files are the model and the data sets as they were found. At most 8.")
        @Required
        @Size(max = 8)
        List<FileStatus> files) {
  public InputsStatus {
    files = List.copyOf(files);
  }
}
