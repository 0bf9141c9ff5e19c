package dev.modelcompression.passes.prune;

import java.util.ArrayList;
import java.util.List;

/**
 * Neighbouring axes of one shape that hold the same elements as neighbouring axes of another, as in
 * [N, C, H, W] → [N, C·H·W]: N with N, and C, H, W with the last.
 *
 * @param from axes before, none of length 1
 * @param to axes after, none of length 1
 */
record AxisFactors(List<Integer> from, List<Integer> to) {

  /**
   * Matches from the first axis on, as far as dimensions are known; an unknown dimension matches
   * only another unknown one.
   */
  static List<AxisFactors> match(long[] before, long[] after) {
    var pairs = new ArrayList<AxisFactors>();
    int i = skipOnes(before, 0);
    int j = skipOnes(after, 0);
    while (i < before.length && j < after.length) {
      var from = new ArrayList<>(List.of(i));
      var to = new ArrayList<>(List.of(j));
      long left = before[i];
      long right = after[j];
      i = skipOnes(before, i + 1);
      j = skipOnes(after, j + 1);
      while (left != right) {
        boolean growLeft = left < right;
        if (left < 0 || right < 0 || (growLeft ? i >= before.length : j >= after.length)) {
          return pairs;
        }
        if (growLeft) {
          from.add(i);
          left = before[i] < 0 ? -1 : left * before[i];
          i = skipOnes(before, i + 1);
        } else {
          to.add(j);
          right = after[j] < 0 ? -1 : right * after[j];
          j = skipOnes(after, j + 1);
        }
      }
      pairs.add(new AxisFactors(from, to));
    }
    return pairs;
  }

  private static int skipOnes(long[] dims, int from) {
    int at = from;
    while (at < dims.length && dims[at] == 1) {
      at++;
    }
    return at;
  }
}
