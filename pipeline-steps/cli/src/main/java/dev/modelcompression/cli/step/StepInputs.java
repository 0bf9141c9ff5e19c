package dev.modelcompression.cli.step;

import dev.modelcompression.contract.Artifact;
import dev.modelcompression.contract.DatasetInput;
import dev.modelcompression.contract.StepRequest;
import dev.modelcompression.data.Dataset;
import dev.modelcompression.data.Digests;
import dev.modelcompression.data.InvalidDataException;
import dev.modelcompression.data.ModelFiles;
import dev.modelcompression.data.NpzDataset;
import dev.modelcompression.onnx.Model;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.commons.rng.sampling.PermutationSampler;
import org.apache.commons.rng.simple.RandomSource;

/**
 * The models and data that steps read. Nothing is parsed before its digest was compared; what was
 * compared or loaded once in this process is not compared or loaded again.
 */
public final class StepInputs {
  private final Path folder;
  private final Map<Path, String> digests = new HashMap<>();
  private final Map<String, Dataset> datasets = new HashMap<>();

  /** Inputs whose relative URIs are relative to {@code folder}. */
  public StepInputs(Path folder) {
    this.folder = folder;
  }

  /** An input file as an artifact with its true digest. */
  public Artifact artifact(String name, String uri) {
    var path = FileLocations.resolve(uri, folder);
    return new Artifact(name, path.toUri().toString(), digest(path), path.toFile().length());
  }

  /**
   * The verified file of an artifact.
   *
   * @throws InvalidDataException the file is missing, or its content is not what the digest says
   */
  public Path path(Artifact artifact) {
    var path = FileLocations.resolve(artifact.uri(), folder);
    String found = digest(path);
    if (!found.equals(artifact.digest())) {
      throw new InvalidDataException(
          path
              + ": content has digest "
              + found
              + ", expected "
              + artifact.digest()
              + "; it was altered after it was published");
    }
    return path;
  }

  /** A model of the request. */
  public Model model(StepRequest request, String name) {
    return ModelFiles.load(path(request.input(name)));
  }

  /**
   * A data set of the request, of which as many samples are drawn as the request says.
   *
   * @param purpose what it is for, for the message when it is missing
   * @throws InvalidDataException it is missing or malformed
   */
  public Dataset dataset(StepRequest request, String name, String purpose) {
    return request
        .dataset(name)
        .map(input -> dataset(input, request.seed()))
        .orElseThrow(
            () ->
                new InvalidDataException(
                    "step '"
                        + request.step().name()
                        + "': "
                        + purpose
                        + " needs spec.datasets."
                        + name
                        + ", which is not given"));
  }

  /** Loads a data set and draws its samples at random without putting back. */
  public Dataset dataset(DatasetInput input, long seed) {
    var path = path(input.artifact());
    var all = datasets.computeIfAbsent(input.artifact().digest(), digest -> NpzDataset.load(path));
    Integer samples = input.samples();
    if (samples == null || samples >= all.size()) {
      return all;
    }
    return all.select(sample(all.size(), samples, seed));
  }

  private String digest(Path path) {
    if (Files.isDirectory(path)) {
      throw new InvalidDataException(path + ": is a folder, expected an .onnx or .npz file");
    }
    return digests.computeIfAbsent(path.toAbsolutePath().normalize(), Digests::of);
  }

  /** {@code count} of the numbers below {@code size}, in ascending order. */
  static int[] sample(int size, int count, long seed) {
    var random = RandomSource.XO_SHI_RO_256_PP.create(seed);
    var chosen =
        Arrays.copyOf(new PermutationSampler(random, size, size).sample(), Math.min(count, size));
    Arrays.sort(chosen);
    return chosen;
  }
}
