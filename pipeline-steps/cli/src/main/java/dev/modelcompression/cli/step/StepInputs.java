package dev.modelcompression.cli.step;

import dev.modelcompression.cli.store.Locations;
import dev.modelcompression.contract.Artifact;
import dev.modelcompression.contract.DatasetInput;
import dev.modelcompression.contract.InputsRequest;
import dev.modelcompression.contract.StepRequest;
import dev.modelcompression.data.Dataset;
import dev.modelcompression.data.Digests;
import dev.modelcompression.data.InvalidDataException;
import dev.modelcompression.data.ModelFiles;
import dev.modelcompression.data.NpzDataset;
import dev.modelcompression.onnx.InvalidModelException;
import dev.modelcompression.onnx.Model;
import dev.modelcompression.onnx.UnsupportedModelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import org.apache.commons.rng.sampling.PermutationSampler;
import org.apache.commons.rng.simple.RandomSource;

/**
 * The models and data that steps read. Nothing is used before its digest was compared; what was
 * compared or loaded once in this process is not compared or loaded again. Safe for use by several
 * threads.
 *
 * <p>The digest of a model covers its external data, see {@link Artifact#with}. Only for the names
 * of these files a model is parsed before its digest is known, see {@link ModelFiles#parts}, and
 * only when its own file is smaller than the whole should be.
 */
public final class StepInputs {
  private final Locations locations;
  private final Map<Path, Artifact> models = new ConcurrentHashMap<>();
  private final Map<Path, String> digests = new ConcurrentHashMap<>();
  private final Map<String, Dataset> datasets = new ConcurrentHashMap<>();

  /** Inputs whose relative URIs are relative to {@code folder}. */
  public StepInputs(Path folder) {
    this.locations = new Locations(folder);
  }

  /** A model as an artifact, with digest and size of all its files. */
  public Artifact modelArtifact(String name, String uri) {
    var path = file(locations.model(uri, null));
    return describe(path).at(name, Locations.absolute(uri, path));
  }

  /** A file of data as an artifact with its true digest. */
  public Artifact dataArtifact(String name, String uri) {
    var path = file(locations.data(uri, null));
    return new Artifact(name, Locations.absolute(uri, path), digest(path), path.toFile().length());
  }

  /**
   * A model of the request.
   *
   * @throws InvalidDataException it is missing, or its content is not what the digest says
   */
  public Model model(StepRequest request, String name) {
    var artifact = request.input(name);
    var path = file(locations.model(artifact.uri(), artifact.bytes()));
    String own = digest(path);
    boolean hasMoreFiles =
        !own.equals(artifact.digest()) && path.toFile().length() < artifact.bytes();
    compare(path, hasMoreFiles ? whole(path, own) : own, artifact.digest());
    return ModelFiles.load(path);
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
    var path = file(locations.data(input.artifact().uri(), input.artifact().bytes()));
    compare(path, digest(path), input.artifact().digest());
    String digest = input.artifact().digest();
    Integer samples = input.samples();
    if (samples == null) {
      return datasets.computeIfAbsent(digest, key -> NpzDataset.load(path));
    }
    var all = datasets.get(digest);
    if (all != null) {
      return samples >= all.size() ? all : all.select(sample(all.size(), samples, seed));
    }
    return NpzDataset.load(path, size -> sample(size, samples, seed));
  }

  /**
   * Loads some rows of a data set; only what the digest says, where there is one, is read.
   *
   * @param rows says for the number of rows in the file which ones to keep, in ascending order
   * @throws InvalidDataException it is missing, altered or malformed
   */
  public Dataset dataset(InputsRequest.File asked, IntFunction<int[]> rows) {
    var path = file(locations.data(asked.uri(), null));
    if (asked.digest() != null) {
      compare(path, digest(path), asked.digest());
    }
    return NpzDataset.load(path, rows);
  }

  private static Path file(Path path) {
    if (Files.isDirectory(path)) {
      throw new InvalidDataException(path + ": is a folder, expected an .onnx or .npz file");
    }
    return path;
  }

  private static void compare(Path path, String found, String expected) {
    if (!found.equals(expected)) {
      throw new InvalidDataException(
          path
              + ": content has digest "
              + found
              + ", expected "
              + expected
              + "; it was altered after it was published");
    }
  }

  /** A model and its external data as one artifact. */
  private Artifact describe(Path path) {
    return models.computeIfAbsent(
        path.toAbsolutePath().normalize(),
        key -> {
          var parts =
              ModelFiles.parts(path).stream()
                  .map(
                      part ->
                          new Artifact(
                              part.name(), path.toUri().toString(), part.digest(), part.bytes()))
                  .toList();
          return parts.get(0).with(parts.subList(1, parts.size()));
        });
  }

  /** The digest of a model and its external data; of the model alone if it cannot be read. */
  private String whole(Path path, String own) {
    try {
      return describe(path).digest();
    } catch (InvalidModelException | UnsupportedModelException | InvalidDataException e) {
      return own;
    }
  }

  private String digest(Path path) {
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
