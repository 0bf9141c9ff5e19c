package dev.modelcompression.data;

import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Map;

/** A view of some rows of another data set. */
record SelectedRows(Dataset base, int[] rows) implements Dataset {
  @Override
  public int size() {
    return rows.length;
  }

  @Override
  public Map<String, Feature> features() {
    return base.features();
  }

  @Override
  public boolean hasLabels() {
    return base.hasLabels();
  }

  @Override
  public int label(int row) {
    return base.label(rows[row]);
  }

  @Override
  public void read(String feature, int[] selected, FloatBuffer into) {
    base.read(feature, translate(selected), into);
  }

  @Override
  public void read(String feature, int[] selected, LongBuffer into) {
    base.read(feature, translate(selected), into);
  }

  private int[] translate(int[] selected) {
    var translated = new int[selected.length];
    for (int i = 0; i < selected.length; i++) {
      translated[i] = rows[selected[i]];
    }
    return translated;
  }
}
