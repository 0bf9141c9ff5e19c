package dev.modelcompression.runtime.evaluate;

import dev.modelcompression.data.Dataset;
import dev.modelcompression.data.InvalidDataException;
import dev.modelcompression.data.Progress;
import dev.modelcompression.onnx.UnsupportedModelException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What two models make of the same samples, row by row. Keeps verdicts, not outputs.
 *
 * @param verdicts per row, a sum of the bits below
 * @param labels per row; empty without labels
 * @param classes scores in a row of the output; 0 when its rows are no scores of classes
 * @param cosine mean over the rows of the cosine between both outputs
 * @param sqnrDb of the result's outputs in decibels; absent when they equal the original's
 */
record Quality(byte[] verdicts, int[] labels, int classes, double cosine, @Nullable Double sqnrDb) {
  static final int ORIGINAL_TOP1 = 1;
  static final int RESULT_TOP1 = 2;
  static final int ORIGINAL_TOP5 = 4;
  static final int RESULT_TOP5 = 8;
  static final int AGREE = 16;

  /** Number of values that a verdict can have. */
  static final int KINDS = 32;

  /** How many best guesses top-5 looks at. */
  static final int TOP = 5;

  /** Runs both models over the data; they must give the same number of elements per row. */
  static Quality measure(OutputRows original, OutputRows result, Dataset data, Progress progress) {
    var verdicts = new byte[data.size()];
    var labels = new int[data.hasLabels() ? data.size() : 0];
    int batch = Math.min(original.batch(), result.batch());
    int classes = 0;
    boolean labelled = data.hasLabels();
    double cosines = 0;
    double signal = 0;
    double noise = 0;
    for (int from = 0; from < data.size(); from += batch) {
      int to = Math.min(from + batch, data.size());
      int size =
          labelled
              ? sameSize(original.runScores(from, to), result.runScores(from, to))
              : sameSize(original.run(from, to), result.run(from, to));
      classes = original.areScores() && result.areScores() ? size : 0;
      var x = new float[size];
      var y = new float[size];
      for (int row = from; row < to; row++) {
        original.next(x);
        result.next(y);
        int verdict = best(x) == best(y) ? AGREE : 0;
        cosines += cosine(x, y);
        for (int i = 0; i < size; i++) {
          signal += (double) x[i] * x[i];
          noise += ((double) x[i] - y[i]) * ((double) x[i] - y[i]);
        }
        if (labelled) {
          labels[row] = checked(data.label(row), row, classes);
          verdict |= verdict(x, y, labels[row]);
        }
        verdicts[row] = (byte) verdict;
      }
      progress.update(to, data.size(), "quality");
    }
    Double sqnr = noise > 0 && signal > 0 ? 10 * Math.log10(signal / noise) : null;
    return new Quality(verdicts, labels, classes, cosines / data.size(), sqnr);
  }

  /** Whether accuracy can be measured. */
  boolean labelled() {
    return labels.length > 0;
  }

  /** Whether "among the five best" says anything. */
  boolean hasTop5() {
    return labelled() && classes > TOP;
  }

  List<ClassAccuracy> perClass() {
    var rowsOf = new TreeMap<Integer, List<Byte>>();
    for (int row = 0; row < labels.length; row++) {
      rowsOf.computeIfAbsent(labels[row], label -> new ArrayList<>()).add(verdicts[row]);
    }
    var classes = new ArrayList<ClassAccuracy>();
    rowsOf.forEach(
        (label, rows) ->
            classes.add(
                new ClassAccuracy(
                    label, rows.size(), share(rows, ORIGINAL_TOP1), share(rows, RESULT_TOP1))));
    return classes;
  }

  private static double share(List<Byte> verdicts, int bit) {
    return (double) verdicts.stream().filter(verdict -> (verdict & bit) != 0).count()
        / verdicts.size();
  }

  private static int verdict(float[] original, float[] result, int label) {
    return (best(original) == label ? ORIGINAL_TOP1 : 0)
        | (best(result) == label ? RESULT_TOP1 : 0)
        | (rank(original, label) < TOP ? ORIGINAL_TOP5 : 0)
        | (rank(result, label) < TOP ? RESULT_TOP5 : 0);
  }

  private static int sameSize(int original, int result) {
    if (original != result) {
      throw new UnsupportedModelException(
          "the models cannot be compared: the original's output has "
              + original
              + " elements per sample, the result's "
              + result);
    }
    return original;
  }

  static int checked(int label, int row, int classes) {
    if (label < 0 || label >= classes) {
      throw new InvalidDataException(
          "array 'labels': row "
              + row
              + " has label "
              + label
              + ", but the model tells "
              + classes
              + " classes apart; expected 0 to "
              + (classes - 1));
    }
    return label;
  }

  /** The first of the largest elements. */
  static int best(float[] scores) {
    int best = 0;
    for (int i = 1; i < scores.length; i++) {
      if (scores[i] > scores[best]) {
        best = i;
      }
    }
    return best;
  }

  /** How many elements come before this one, ties in order of index. */
  static int rank(float[] scores, int index) {
    int before = 0;
    for (int i = 0; i < scores.length; i++) {
      if (scores[i] > scores[index] || (scores[i] == scores[index] && i < index)) {
        before++;
      }
    }
    return before;
  }

  /** Of two outputs that are both zero: 1, of one that is: 0. */
  private static double cosine(float[] x, float[] y) {
    double xy = 0;
    double xx = 0;
    double yy = 0;
    for (int i = 0; i < x.length; i++) {
      xy += (double) x[i] * y[i];
      xx += (double) x[i] * x[i];
      yy += (double) y[i] * y[i];
    }
    if (xx == 0 || yy == 0) {
      return xx == yy ? 1 : 0;
    }
    return xy / Math.sqrt(xx * yy);
  }
}
