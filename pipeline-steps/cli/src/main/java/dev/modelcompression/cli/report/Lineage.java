package dev.modelcompression.cli.report;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Everything that is needed to make the same result again, and to tell that it is the same. */
public record Lineage(
    @JsonPropertyDescription("Identity of the run: a hash of all that decides its result.")
        String runId,
    @JsonPropertyDescription("The model that was compressed.") Artifact source,
    @JsonPropertyDescription("The data that was used.") List<DatasetUse> datasets,
    @JsonPropertyDescription("Every file that the run wrote.") List<Artifact> artifacts,
    @JsonPropertyDescription("Seed of everything random.") long seed,
    @JsonPropertyDescription("The ModelCompression that was run, as YAML.") String spec,
    @JsonPropertyDescription("The command that repeats the run.") String command,
    @JsonPropertyDescription("Versions by component: this tool, ONNX Runtime, libtorch, Java.")
        Map<String, String> versions,
    @JsonPropertyDescription("Where the numbers were measured.") Machine machine,
    @JsonPropertyDescription("How the numbers were measured.") Method method,
    @JsonPropertyDescription("When the run began, ISO 8601 in UTC.") Instant started,
    @JsonPropertyDescription("When the run ended, ISO 8601 in UTC.") Instant finished) {

  public Lineage {
    datasets = List.copyOf(datasets);
    artifacts = List.copyOf(artifacts);
    versions = Collections.unmodifiableMap(new TreeMap<>(versions));
  }

  /** A file by what is in it. */
  public record Artifact(
      @JsonPropertyDescription("What the file is.") String name,
      @JsonPropertyDescription("Where the file lies.") String uri,
      @JsonPropertyDescription("Content digest, `sha256:` and 64 hex digits.") String digest,
      @JsonPropertyDescription("Size in bytes.") long sizeBytes) {}

  /** Samples that the run read. */
  public record DatasetUse(
      @JsonPropertyDescription("What the data was for: training, calibration, evaluation.")
          String role,
      @JsonPropertyDescription("Where the data lies.") String uri,
      @JsonPropertyDescription("Content digest of the file, `sha256:` and 64 hex digits.")
          String digest,
      @JsonPropertyDescription("Samples that were used.") long rows) {}

  /** The computer of the run. */
  public record Machine(
      @JsonPropertyDescription("Model of the processor.") String cpu,
      @JsonPropertyDescription("Processors that the run could use.") int cores,
      @JsonPropertyDescription(
              "Instruction sets that matter for speed: avx2, avx512f, avx512_vnni, …")
          List<String> instructionSets,
      @JsonPropertyDescription("Memory of the machine in bytes.") long memoryBytes,
      @JsonPropertyDescription("Operating system and its version.") String os) {

    public Machine {
      instructionSets = List.copyOf(instructionSets);
    }
  }

  /** The conditions of the evaluation. */
  public record Method(
      @JsonPropertyDescription("Threads that one inference could use in the latency measurement.")
          int threads,
      @JsonPropertyDescription(
              "Samples in one inference of the latency measurement, the same for both models: what the evaluate step asks for, or the fixed batch of a model.")
          int batchSize,
      @JsonPropertyDescription(
              "Timed inferences of each model, original and result taking turns; 0 when not timed.")
          int repetitions,
      @JsonPropertyDescription(
              "Resamples of the paired bootstrap behind the intervals; 0 when there are none.")
          int bootstrapResamples,
      @JsonPropertyDescription("Level of every confidence interval in the report, 0 to 1.")
          double confidence) {}
}
