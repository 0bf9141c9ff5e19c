package dev.modelcompression.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import org.junit.jupiter.api.Test;

class ProgressPartsTest {
  @Test
  void eachPartHasTheShareOfItsWork() {
    var told = new ArrayList<String>();
    var parts =
        new ProgressParts((done, total, note) -> told.add(note + " " + 100.0 * done / total), 40);

    var first = parts.next(10);
    first.update(1, 2, "a");
    first.update(2, 2, "a");
    var second = parts.next(30);
    second.update(0, 3, "b");
    second.update(1, 3, "b");
    second.update(3, 3, "b");

    assertThat(told).containsExactly("a 12.5", "a 25.0", "b 25.0", "b 50.0", "b 100.0");
  }
}
