package dev.modelcompression.cli.probe;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.modelcompression.cli.step.StepInputs;
import dev.modelcompression.contract.InputsRequest;
import dev.modelcompression.data.Dataset;
import dev.modelcompression.data.InvalidDataException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import org.apache.commons.rng.sampling.PermutationSampler;
import org.apache.commons.rng.simple.RandomSource;

/** The labelled samples of one round, as requests of the Open Inference Protocol v2. */
final class ProbeSamples {
  private static final JsonFactory JSON = new JsonFactory();

  private final Dataset dataset;
  private final int[] order;
  private final int population;

  private ProbeSamples(Dataset dataset, int[] order, int population) {
    this.dataset = dataset;
    this.order = order;
    this.population = population;
  }

  /**
   * Loads the samples of a round, see {@link #rows}.
   *
   * @throws InvalidDataException the file is missing, altered, malformed or has no labels
   */
  static ProbeSamples load(
      StepInputs inputs, InputsRequest.File file, int samples, long asked, long seed) {
    var size = new int[1];
    var chosen = new int[1][];
    var dataset =
        inputs.dataset(
            file,
            rows -> {
              size[0] = rows;
              chosen[0] = rows(rows, samples, asked, seed);
              var ascending = chosen[0].clone();
              Arrays.sort(ascending);
              return ascending;
            });
    if (!dataset.hasLabels()) {
      throw new InvalidDataException(
          file.uri() + ": has no array 'labels', which a probe compares answers with");
    }
    var ascending = chosen[0].clone();
    Arrays.sort(ascending);
    int[] order =
        Arrays.stream(chosen[0]).map(row -> Arrays.binarySearch(ascending, row)).toArray();
    return new ProbeSamples(dataset, order, size[0]);
  }

  /**
   * The rows of a round: the {@code samples} after the first {@code asked} of a permutation of all
   * rows, which begins anew at its end. No row twice within a round.
   */
  static int[] rows(int size, int samples, long asked, long seed) {
    var random = RandomSource.XO_SHI_RO_256_PP.create(seed);
    int[] permutation = new PermutationSampler(random, size, size).sample();
    int count = Math.min(samples, size);
    var rows = new int[count];
    Arrays.setAll(rows, i -> permutation[(int) ((asked % size + i) % size)]);
    return rows;
  }

  /** Samples of this round. */
  int size() {
    return order.length;
  }

  /** Samples of the whole data set. */
  int population() {
    return population;
  }

  /** The right class of a sample. */
  int label(int index) {
    return dataset.label(order[index]);
  }

  /** The body of the request for one sample: a batch of one, every feature a tensor. */
  byte[] body(int index) {
    var bytes = new ByteArrayOutputStream();
    try (var json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeArrayFieldStart("inputs");
      for (var feature : dataset.features().entrySet()) {
        write(json, feature.getKey(), feature.getValue(), order[index]);
      }
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private void write(JsonGenerator json, String name, Dataset.Feature feature, int row)
      throws IOException {
    boolean isFloat = feature.kind() == Dataset.Feature.Kind.FLOAT;
    json.writeStartObject();
    json.writeStringField("name", name);
    json.writeStringField("datatype", isFloat ? "FP32" : "INT64");
    json.writeArrayFieldStart("shape");
    json.writeNumber(1);
    for (long dim : feature.sampleShape()) {
      json.writeNumber(dim);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("data");
    if (isFloat) {
      var values = FloatBuffer.allocate(feature.sampleSize());
      dataset.read(name, new int[] {row}, values);
      for (float value : values.array()) {
        json.writeNumber(value);
      }
    } else {
      var values = LongBuffer.allocate(feature.sampleSize());
      dataset.read(name, new int[] {row}, values);
      for (long value : values.array()) {
        json.writeNumber(value);
      }
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
